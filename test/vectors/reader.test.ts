/** The independent reader agrees with the vectors, and notices when one of them is damaged. */
import { execFile } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const reader = join(import.meta.dirname, 'reader');

/** Changes the last digit, of the last text in a list. */
function damaged(field: string | string[]): string | string[] {
  if (typeof field !== 'string') return [...field.slice(0, -1), damaged(field.at(-1) ?? '') as string];
  return `${field.slice(0, -1)}${field.endsWith('0') ? '1' : '0'}`;
}

/** For each file, the field of its first vector that is damaged below. */
const fields = {
  'person-seal': 'sealed',
  card: 'card',
  vault: 'vault',
  'shared-state': 'shared',
  'key-export': 'file',
  note: 'delivered',
  segment: 'sealed',
  epoch: 'chunk',
  'room-log': 'entries',
  'room-body': 'body',
  'room-info': 'sealed',
  'room-message': 'message',
  login: 'cb',
  content: 'body',
  broadcast: 'stream',
} as const;

function read(folder: string): Promise<{ code: number; lines: string[] }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(reader, 'main.ts'), folder], (error, stdout) => {
      resolve({ code: Number(error?.code ?? 0), lines: stdout.trimEnd().split('\n') });
    });
  });
}

test('the reader opens what it should and refuses what it should', async (t) => {
  const { code, lines } = await read(import.meta.dirname);
  t.is(code, 0, lines.join('\n'));
  t.deepEqual(
    lines.map((line) => line.replace(/\d+/g, 'n')).sort(),
    [...Object.keys(fields), 'handshake'].map((name) => `${name}: n opened, n refused`).sort(),
  );
  for (const line of lines) t.regex(line, /: [1-9]\d* opened, [1-9]\d* refused$/);
});

test('the reader notices a damaged vector in each file', async (t) => {
  const folder = await temporaryFolder(t);
  await cp(import.meta.dirname, folder, { recursive: true });
  for (const [name, field] of Object.entries(fields)) {
    const path = join(folder, `${name}.json`);
    const [first, ...others] = JSON.parse(await readFile(path, 'utf8'));
    const given = { ...first.given, [field]: damaged(first.given[field]) };
    await writeFile(path, JSON.stringify([{ ...first, given }, ...others]));
  }
  const handshake = JSON.parse(await readFile(join(folder, 'handshake.json'), 'utf8'));
  await writeFile(join(folder, 'handshake.json'), JSON.stringify({ ...handshake, cb: '00'.repeat(32) }));
  const { code, lines } = await read(folder);
  t.is(code, 1);
  for (const name of [...Object.keys(fields), 'handshake'])
    t.true(
      lines.some((line) => line.startsWith(`${name}: `) && line.includes('expected')),
      name,
    );
});

test('the reader notices a vector that should be refused and opens', async (t) => {
  const folder = await temporaryFolder(t);
  await cp(import.meta.dirname, folder, { recursive: true });
  const path = join(folder, 'note.json');
  const [first, second, ...others] = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify([first, { ...second, given: first.given }, ...others]));
  const { code, lines } = await read(folder);
  t.is(code, 1);
  t.true(lines.includes(`note: ${second.what}: opened, expected: refused`));
});

test("the reader uses nothing of the program's code", async (t) => {
  for (const name of await readdir(reader)) {
    const text = await readFile(join(reader, name), 'utf8');
    const imported = [...text.matchAll(/from '([^']+)'/g)].map(([, from = '']) => from);
    t.true(imported.length > 0 && imported.every((from) => /^(node:[a-z]+|\.\/[a-z-]+\.ts)$/.test(from)), name);
  }
});
