/** Writes the tables of docs/PROTOCOL.md that the sources hold (`npm run docs`). A test compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nameTables } from './name-tables.ts';
import { wireTables } from './wire-tables.ts';

export const path = fileURLToPath(new URL('../docs/PROTOCOL.md', import.meta.url));

/**
 * Returns `document` with the tables between their marks.
 * @throws Error when a mark is missing
 */
export function withTables(document: string): string {
  return withPart(withPart(document, 'names', nameTables()), 'wire', wireTables());
}

function withPart(document: string, part: string, text: string): string {
  const [begin, end] = [`<!-- ${part}: written by npm run docs -->`, `<!-- /${part} -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/PROTOCOL.md must hold ${begin} and ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${text}\n${document.slice(to)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(path, withTables(readFileSync(path, 'utf8')));
