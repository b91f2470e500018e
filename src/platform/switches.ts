/** Switches: options that are there or not, on a command line and in settings. */

const yes = ['true', 'yes', '1'];
const no = ['false', 'no', '0'];
/** For sentences about a value that is neither. */
export const SWITCH_VALUES = 'yes or no (true, false, 1 and 0 are the same)';

/** null: neither yes nor no. */
export function parseSwitch(text: string): boolean | null {
  if (yes.includes(text)) return true;
  return no.includes(text) ? false : null;
}

/**
 * The words of a command line with a value in each switch: `--quiet` becomes `--quiet=true`. A parser takes "true" and "false" after
 * a bare switch for its value, and they may be the text of a message. What follows `--` stays as it is.
 * @param wrong makes the error for a value that is neither yes nor no
 * @throws what `wrong` makes
 */
export function spellOutSwitches(
  words: readonly string[],
  switches: readonly string[],
  wrong: (sentence: string) => Error,
): string[] {
  const end = words.indexOf('--');
  const options = end === -1 ? words : words.slice(0, end);
  const spelled = options.map((word) => {
    const [, name = '', value = '=yes'] = /^--([^=]+)(=.*)?$/s.exec(word) ?? [];
    if (!switches.includes(kebab(name))) return word;
    const on = parseSwitch(value.slice(1));
    if (on === null) throw wrong(`--${kebab(name)} takes no value but ${SWITCH_VALUES}, not "${value.slice(1)}"`);
    return `--${kebab(name)}=${on}`;
  });
  return [...spelled, ...words.slice(options.length)];
}

/** `waitDelivered` is read as `wait-delivered`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
