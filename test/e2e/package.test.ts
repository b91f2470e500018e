import { execFile } from 'node:child_process';
import { cp, glob, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { VERSION } from '../../src/platform/version.ts';
import { installPackage } from '../helpers/installed-package.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** A program that uses every export of the library. */
const consumer = `
import { ClientError, type ClientErrorCode, type ConnectOptions, type Message, Refusal, connect, listen } from 'securechat';

const options: ConnectOptions = {
  server: '127.0.0.1:1',
  user: 'bot',
  profile: './profile',
  timeout: 200,
  ask: { trust: async () => false, password: async () => null, progress() {} },
};

async function bot(): Promise<void> {
  const client = await connect(options);
  const sent: Message = await client.send('@bob', 'hello', { until: 'delivered' });
  for await (const { from, body } of listen(client, { own: true })) {
    if (body.kind === 'text') console.log(sent.id, from, body.text);
    // @ts-expect-error there is no such kind
    if (body.kind === 'picture') break;
  }
}

await bot().catch((error: unknown) => {
  if (!(error instanceof ClientError) || error instanceof Refusal) throw error;
  const code: ClientErrorCode = error.code;
  console.log(code);
});
`;

/** Each `@example` in the library's declarations, as the body of a function that is given a client. */
async function examplesOf(types: string): Promise<{ declaration: string; code: string }[]> {
  const found: { declaration: string; code: string }[] = [];
  for await (const file of glob('**/*.d.ts', { cwd: types })) {
    const text = await readFile(join(types, file), 'utf8');
    for (const [, comment = '', declaration = ''] of text.matchAll(/\/\*\*([\s\S]*?)\*\/\n *([^\n]*)/g)) {
      const [, example] = comment.split('@example');
      if (example !== undefined) found.push({ declaration, code: example.replace(/^ *\* ?/gm, '') });
    }
  }
  return found;
}

const exampleImports = `
import { ClientError, Refusal, connect, listen } from 'securechat';
import type { Ask, Client, TransferState } from 'securechat';
`;

test('a program and all examples compile elsewhere against the installed library without skipLibCheck', async (t) => {
  const { dir, files } = await installPackage(t);
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }');
  await writeFile(join(dir, 'consumer.ts'), consumer);
  const examples = await examplesOf(join(dir, 'node_modules/securechat/dist/types'));
  const functions = examples.map(
    ({ code }, i) => `export async function example${i}(client: Client) {{\n${code}\n}}\n`,
  );
  await writeFile(join(dir, 'examples.ts'), exampleImports + functions.join(''));
  const types = join(dir, 'node_modules/securechat/dist/types/client/api');
  const api = await Promise.all((await readdir(types)).map((name) => readFile(join(types, name), 'utf8')));
  const members = api.join('').match(/^ {4}(readonly )?\w+[(:]/gm) ?? [];
  t.true(members.length > 25);
  for (const member of [...members, 'class ClientError', 'class Refusal', 'function connect', 'function listen'])
    t.true(
      examples.some(({ declaration }) => declaration.includes(member.trim())),
      `${member} has an example`,
    );
  const options = '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2024';
  await run(
    join(root, 'node_modules/.bin/tsc'),
    [...options.split(' '), '--skipLibCheck', 'false', 'consumer.ts', 'examples.ts'],
    {
      cwd: dir,
    },
  ).catch(({ stdout }) => t.fail(stdout));
  const { stdout } = await run(process.execPath, ['consumer.ts'], { cwd: dir });
  t.is(stdout, 'unreachable\n');
  for (const program of ['securechat', 'securechat-daemon']) {
    const script = join(dir, 'node_modules/securechat/bin', `${program}.js`);
    t.true((await run(process.execPath, [script, '--version'], { cwd: dir })).stdout.includes(VERSION), program);
  }
  t.deepEqual(
    files.filter((path) => /(^|\/)(src|test|node_modules)\/|\.tsx?$/.test(path) && !path.endsWith('.d.ts')),
    [],
  );
});

/** The modules that `entry` of dist imports before it runs, itself included. */
async function loadedBy(entry: string, seen = new Map<string, string>()): Promise<Map<string, string>> {
  if (seen.has(entry)) return seen;
  const text = await readFile(join(root, 'dist', entry), 'utf8');
  seen.set(entry, text);
  for (const [, name = ''] of text.matchAll(/^(?:import|export)\b[^'"]*["']\.\/([^"']+)["'];$/gm))
    await loadedBy(name, seen);
  return seen;
}

test('the daemon and the library load no module that draws a screen', async (t) => {
  for (const entry of ['securechat-daemon.js', 'library.js']) {
    const modules = await loadedBy(entry);
    t.true(modules.size > 1);
    const drawing = [...modules.values()].flatMap(
      (text) => text.match(/^\/\/ (node_modules\/(ink|react)|src\/tui)\/.*$/gm) ?? [],
    );
    t.deepEqual(drawing, [], entry);
  }
});

test('an older Node runs the clone’s own, and says what is needed if there is none', async (t) => {
  const dir = await temporaryFolder(t);
  const older = join(dir, 'older.mjs');
  // Only in the first process: its children have another parent.
  const pretend = `if (process.ppid === ${process.pid}) Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '24.6.0' } });`;
  await writeFile(older, pretend);
  const node = (script: string) => run(process.execPath, ['--import', older, script, '--version']);
  t.true((await node(join(root, 'bin/securechat.js'))).stdout.includes(VERSION));
  await cp(join(root, 'bin'), join(dir, 'bin'), { recursive: true });
  const error = await t.throwsAsync<Error & { code?: unknown; stderr?: string }>(node(join(dir, 'bin/securechat.js')));
  t.is(error?.code, 1);
  t.regex(error?.stderr ?? '', /needs Node 24\.7 or newer; this is 24\.6\.0/);
});
