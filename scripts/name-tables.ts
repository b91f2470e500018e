/** Tables for the rules of names in docs/PROTOCOL.md: letters of names, and letters that look alike. */
import { foldedLetters, latinLookAlikes, lookAlikeSequences, nameScripts } from '../src/protocol/base/look-alikes.ts';

const WIDTH = 120;

/** Returns three blocks: a set of letters for each script, the letters that pass for Latin ones, and what is folded. */
export function nameTables(): string {
  const scripts = nameScripts.map(({ source }) => {
    const [, letters = source] = /^\^\(\?:(.*)\|\[0-9\._\\-\]\)\+\$$/.exec(source) ?? [];
    return letters.replaceAll('\\p{Script=', '\\p{sc=');
  });
  const folded = Map.groupBy(foldedLetters, ([, target]) => target);
  const groups = [...folded].map(
    ([target, pairs]) => `${code(target)}=${pairs.map(([letter]) => code(letter)).join(',')}`,
  );
  const sequences = lookAlikeSequences.map(
    ([letters, target]) => `${code(target)}=${[...letters].map(code).join('+')}`,
  );
  return [
    block('letters of a name, one line for each script', scripts),
    block('letters that pass for Latin ones', wrapped([...latinLookAlikes].map(code))),
    block('folded letters: target=letters', wrapped(groups)),
    block('folded sequences: target=letters', wrapped(sequences)),
  ].join('\n');
}

const code = (letter: string): string => letter.codePointAt(0)?.toString(16) ?? '';

function block(what: string, lines: readonly string[]): string {
  return `\`\`\`\n# ${what}\n${lines.join('\n')}\n\`\`\`\n`;
}

/** Joins words to lines of at most WIDTH characters. */
function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
