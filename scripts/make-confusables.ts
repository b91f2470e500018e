/**
 * Generates src/protocol/base/confusables.ts from Unicode's data files: `node scripts/make-confusables.ts confusables.txt Unihan_Variants.txt`, from
 * https://www.unicode.org/Public/security/ and Unihan.zip in https://www.unicode.org/Public/UCD/. It keeps only letters that are allowed in names.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { nameScripts } from '../src/protocol/base/look-alikes.ts';

const [confusables = '', unihan = ''] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
const version = /# Version: (\S+)/.exec(confusables)?.[1];
const date = /# Date: (\S+)/.exec(unihan)?.[1];
if (version === undefined || date === undefined) throw new Error('give confusables.txt and Unihan_Variants.txt');

const letter = (hex: string): string => String.fromCodePoint(Number.parseInt(hex, 16));
const short = (text: string): string => Array.from(text, (each) => each.codePointAt(0)?.toString(16)).join('+');
const inNames = (text: string): boolean => nameScripts.some((letters) => letters.test(text));
/** Maps each prototype to the letters that look like it. */
const groups = new Map<string, Set<string>>();
const add = (target: string, source: string): void => {
  groups.set(target, (groups.get(target) ?? new Set()).add(source));
};

for (const [, source = '', target = ''] of confusables.matchAll(/^([0-9A-F]+) ;\t([0-9A-F ]+) ;\tMA/gm))
  if (inNames(letter(source))) add(target.split(' ').map(letter).join(''), letter(source));

/** Variants of one ideograph. The first one is the prototype of the others, unless it already has a prototype. */
const prototypes = new Map([...groups].flatMap(([target, all]) => [...all].map((source) => [source, target])));
for (const [, source = '', variants = ''] of unihan.matchAll(/^U\+([0-9A-F]+)\tkZVariant\t(.+)$/gm)) {
  const forms = [source, ...Array.from(variants.matchAll(/U\+([0-9A-F]+)/g), ([, hex = '']) => hex)].map(letter);
  const [first = ''] = [...forms].sort();
  const target = prototypes.get(first) ?? first;
  for (const form of forms) if (form !== target && !prototypes.has(form) && inNames(form)) add(target, form);
}

const words = [...groups].map(([target, all]) => `${short(target)}=${[...all].map(short).join(',')}`);
const rows: string[] = [];
for (const word of words) {
  const row = rows.at(-1);
  if (row !== undefined && row.length + word.length < 118) rows[rows.length - 1] = `${row} ${word}`;
  else rows.push(word);
}
writeFileSync(
  new URL('../src/protocol/base/confusables.ts', import.meta.url),
  `/**
 * Letters that look alike, made by scripts/make-confusables.ts from Unicode's confusables.txt ${version} (UTS #39) and, for ideographs,
 * kZVariant of Unihan_Variants.txt of ${date}. © Unicode, Inc.; Unicode License v3, https://www.unicode.org/license.txt.
 * Each word: prototype=letters, in hexadecimal code points. Do not edit.
 */
const table = \`
${rows.join('\n')}
\`;

let made: ReadonlyMap<string, string> | undefined;

/** A letter -> what UTS #39 has for it, one or more letters. Read when it is first asked for: few programs ask. */
export function prototypes(): ReadonlyMap<string, string> {
  made ??= new Map(
    table
      .trim()
      .split(/\\s+/)
      .flatMap((word) => {
        const [target = '', letters = ''] = word.split('=');
        return letters.split(',').map((letter): [string, string] => [text(letter), text(target)]);
      }),
  );
  return made;
}

function text(codes: string): string {
  return String.fromCodePoint(...codes.split('+').map((code) => Number.parseInt(code, 16)));
}
`,
);
