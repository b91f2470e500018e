/** Switches: yes-or-no options, on a command line, in the environment and in a settings file. */

const yes = ['true', 'yes', '1'];
const no = ['false', 'no', '0'];
/** The values that a switch may have, for error messages. */
export const SWITCH_VALUES = 'yes or no (true, false, 1 and 0 are the same)';

/** Returns null for a text that is neither yes nor no. */
export function parseSwitch(text: string): boolean | null {
  if (yes.includes(text)) return true;
  return no.includes(text) ? false : null;
}

/**
 * Gives each switch on a command line an explicit value: `--quiet` becomes `--quiet=true`. Otherwise a parser takes a following "true" or
 * "false" as the switch's value, though it may be the text of a message. Words after `--` are not changed.
 * @param wrong makes the error for a value that is neither yes nor no
 * @throws the error that `wrong` makes
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

/** `waitDelivered` becomes `wait-delivered`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
