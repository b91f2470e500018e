/** Writes the tree of folders into docs/ARCHITECTURE.md, from the sentence of each folder (`npm run docs`). A test compares. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderSentences, readSources, type Source } from './sources.ts';

export const path = fileURLToPath(new URL('../docs/ARCHITECTURE.md', import.meta.url));

const BEGIN = '<!-- tree: written by npm run docs -->';
const END = '<!-- /tree -->';

/**
 * Returns `document` with the tree of `sources` between its two marks.
 * @throws Error when the marks are missing
 */
export function withTree(document: string, sources: readonly Source[]): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/ARCHITECTURE.md must hold ${BEGIN} and ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n${tree(sources)}${document.slice(end)}`;
}

function tree(sources: readonly Source[]): string {
  const counts = new Map<string, number>();
  for (const { path } of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  const rows = folderSentences(sources)
    .sort((a, b) => (a.folder < b.folder ? -1 : 1))
    .map(({ folder, sentence }) => `| \`${folder.slice('src/'.length)}\` | ${counts.get(folder)} | ${sentence} |\n`);
  return `\n| folder | files | what lives there, and what it must not know |\n| --- | --- | --- |\n${rows.join('')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeFile(path, withTree(await readFile(path, 'utf8'), readSources()));
