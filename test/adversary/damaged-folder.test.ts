/** Accidents with the data folder: each is reported at the start, and nobody loses anything. */
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { connectChat, textOf } from '../helpers/client/chat.ts';
import { runDaemon, startDaemon } from '../helpers/daemon/daemon.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Alice and Bob have written to the lobby and shared a file; then their daemon was killed. */
async function crashedDaemon(t: ExecutionContext) {
  const daemon = await startDaemon(t);
  const profile = (name: string) => join(daemon.dir, '..', `${name}-of-${daemon.port}`);
  const people = { alice: profile('alice'), bob: profile('bob') };
  t.teardown(() => Promise.all(Object.values(people).map((dir) => rm(dir, { recursive: true, force: true }))));
  const as = (user: 'alice' | 'bob', server = daemon.join, register?: object) =>
    connectChat(t, { user, server, password: 'secret', profile: people[user], ...(register && { register }) });
  const [alice, bob] = [await as('alice', daemon.join, {}), await as('bob', daemon.join, {})];
  await alice.client.send('#lobby', 'before');
  await bob.message('before');
  const path = join(await temporaryFolder(t), 'plan.txt');
  await writeFile(path, 'the plan');
  await alice.client.upload('@bob', path);
  await daemon.stop('SIGKILL');
  await Promise.all([alice.client.close(), bob.client.close()]);
  return { dir: daemon.dir, port: daemon.port, as };
}

/** Starts the program in `dir`, which must refuse to start. */
async function refusal(dir: string): Promise<string> {
  const child = runDaemon(['--data-dir', dir, '--port', '0']);
  const [error, [code]] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, 'exit')]);
  return `${code}: ${error}`;
}

/** The same inside the test process. */
async function refusalInside(t: ExecutionContext, dir: string): Promise<string> {
  const error = await t.throwsAsync(openDaemon(t, { dir }));
  return `1: securechat-daemon: ${error?.message}\n`;
}

/** Every file with its content, except the lock, and the shared memory of the database, which each opening makes anew. */
async function contents(dir: string): Promise<Map<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const kept = paths.filter((path) => !/daemon\.lock|\.db-shm$/.test(path)).sort();
  return new Map(await Promise.all(kept.map(async (path) => [path, await readFile(path, 'hex')] as const)));
}

test.serial('a missing, cut or emptied file stops the start with the next step, and no file is changed', async (t) => {
  const { dir } = await crashedDaemon(t);
  const cases: [string, (dir: string) => Promise<unknown>, RegExp][] = [
    [
      'no database',
      (at) => Promise.all(['', '-wal', '-shm'].map((end) => rm(join(at, `securechat.db${end}`)))),
      MISSING,
    ],
    [
      'an empty one',
      (at) => truncate(join(at, 'securechat.db'), 0),
      /is empty, but users\.txt, server_files, .* backup/,
    ],
    ['no accounts', (at) => truncate(join(at, 'users.txt'), 0), /users\.txt holds no account, but 2 people are known/],
    [
      'a folder in place of the accounts',
      (at) => rm(join(at, 'users.txt')).then(() => mkdir(join(at, 'users.txt'))),
      /\/users\.txt is a folder, but must be a file; move it away, .*backup/,
    ],
    [
      'half a log',
      (at) => halve(join(at, 'securechat.db-wal')),
      /lacks its newest \d+ commits: .* after .*20\d\d-.* UTC/,
    ],
    [
      'an altered setup',
      (at) => rewrite(join(at, 'opaque.setup'), alteredSetup),
      /opaque\.setup does not belong to .*db/,
    ],
    ['a malformed setup', (at) => rewrite(join(at, 'opaque.setup'), () => 'AAAA'), /opaque\.setup is damaged/],
    [
      'the key of another daemon',
      (at) => rewrite(join(at, 'daemon.key'), (text, field) => (field === 'daemonId' ? 'B'.repeat(43) : text)),
      /daemon\.key does not belong to .*securechat\.db: .*altered; put back .* from one backup/,
    ],
    [
      'the key and the setup of another daemon',
      async (at) => {
        const other = await openDaemon(t);
        await other.daemon.stop();
        await rewrite(join(other.dir, 'daemon.key'), (text, field) => (field === 'daemonId' ? 'B'.repeat(43) : text));
        for (const name of ['daemon.key', 'opaque.setup']) await cp(join(other.dir, name), join(at, name));
      },
      /daemon\.key and .*opaque\.setup do not belong to .*db/,
    ],
    [
      'a private half that does not fit',
      (at) => rewrite(join(at, 'daemon.key'), (text, field) => (field === 'link' ? altered(text, 1_000) : text)),
      /daemon\.key is damaged; restore it from a backup/,
    ],
  ];
  for (const [what, damage, sentence] of cases) {
    const copy = join(await temporaryFolder(t), 'data');
    await cp(dir, copy, { recursive: true });
    await damage(copy);
    const before = await contents(copy);
    const said = await (what === 'no database' || what === 'half a log' ? refusal(copy) : refusalInside(t, copy));
    t.regex(said, sentence, what);
    t.regex(said, /^1: securechat-daemon: [^\n]+\n$/, what);
    const after = await contents(copy);
    // To know whether there are people the daemon opens the database, which is sound here and takes in its log.
    if (what === 'no accounts')
      for (const map of [before, after])
        for (const path of map.keys()) if (path.includes('securechat.')) map.delete(path);
    t.deepEqual(after, before, what);
  }
});

const MISSING = /securechat\.db is missing, but users\.txt, server_files, securechat\.seal .* restore it from a backup/;

/** Changes the text fields of a JSON file by `change`. */
async function rewrite(path: string, change: (text: string, field: string) => string): Promise<void> {
  const fields = JSON.parse(await readFile(path, 'utf8')) as object;
  const isSecret = (name: string) => name !== 'v' && name !== 'method';
  const changed = Object.entries(fields).map(([name, value]) => [name, isSecret(name) ? change(value, name) : value]);
  await writeFile(path, JSON.stringify(Object.fromEntries(changed)));
}

/** Another seed of the same length, which is well-formed. */
const alteredSetup = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;

function altered(text: string, at: number): string {
  const bytes = Buffer.from(text, 'base64');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64');
}

async function halve(path: string): Promise<void> {
  await truncate(path, Math.floor((await readFile(path)).length / 2));
}

test.serial(
  'a damaged line of users.txt removes nobody from the lobby, and a member removed by mistake comes back',
  async (t) => {
    const { dir, port, as } = await crashedDaemon(t);
    const path = join(dir, 'users.txt');
    const whole = await readFile(path, 'utf8');
    const inside = async () => (await openDaemon(t, { dir, flags: { port: String(port) } })).daemon;
    /** Bob sends a message with that daemon, which then ends. */
    const bobSays = async (
      line: string,
      daemon: { join: string; stop(): Promise<unknown> },
      more?: () => Promise<unknown>,
    ) => {
      const bob = await as('bob', daemon.join);
      await bob.client.send('#lobby', line);
      await more?.();
      await bob.client.close();
      await daemon.stop();
    };

    await writeFile(path, whole.replace(/^alice:opaque1:.{9}/m, '$& '));
    const damaged = await startDaemon(t, ['--port', String(port)], { dir });
    t.like(await damaged.line(({ evt }) => evt === 'users_line_damaged'), { level: 50, user: 'alice' });
    t.like(await damaged.line(({ evt }) => evt === 'users_damaged'), { level: 50, count: 1 });
    await bobSays('meanwhile', damaged, () => t.throwsAsync(as('alice', damaged.join), { code: 'login-refused' }));
    await writeFile(path, whole);
    const repaired = await inside();
    const alice = await as('alice', repaired.join);
    await alice.message('meanwhile');
    await alice.client.send('#lobby', 'as before');
    t.deepEqual(logOf(dir), { members: 2, daemon: 0 });
    await alice.client.close();
    await repaired.stop();

    await writeFile(path, whole.slice(0, whole.indexOf('bob:')));
    const cut = await openDaemon(t, { dir, flags: { port: String(port) } });
    t.true(cut.lines.some(({ evt, level }) => evt === 'users_damaged' && level === 50));
    t.deepEqual(logOf(dir), { members: 2, daemon: 0 }, 'cut at the end of a line it takes nobody out');
    await cut.daemon.stop();

    await writeFile(path, whole.replace(/^alice:.*\n/m, ''));
    await bobSays('without her', await inside());
    t.deepEqual(logOf(dir), { members: 2, daemon: 1 });
    await writeFile(path, whole);
    const daemon = await inside();
    const back = await as('alice', daemon.join);
    await back.event(
      (event) => event.type === 'notice' && /removed you from #lobby.*you are in it again/.test(event.text),
    );
    const bob = await as('bob', daemon.join);
    await bob.client.send('#lobby', 'with her');
    await back.message('with her');
    const { messages, gaps } = await back.client.history('#lobby');
    t.deepEqual(messages.map(textOf), ['before', 'meanwhile', 'as before', 'with her']);
    t.deepEqual(gaps, [], 'what was said without her is not missing');
    t.deepEqual(logOf(dir), { members: 3, daemon: 1 });
  },
);

test.serial('a users.txt of another program is left alone', async (t) => {
  const dir = await temporaryFolder(t);
  for (const theirs of [
    'name,mail\nada,ada@example.org\n',
    'root:x:0:0:root:/root:/bin/sh\n',
    'ada:$2y$05$abcdefgh\n',
  ]) {
    await writeFile(join(dir, 'users.txt'), theirs);
    t.regex(await refusalInside(t, dir), /^1: .*does not look like a list of accounts \(line 1\).*--data-dir DIR/);
    t.is(await readFile(join(dir, 'users.txt'), 'utf8'), theirs);
    t.deepEqual(
      (await readdir(dir)).filter((name) => name !== 'daemon.lock'),
      ['users.txt'],
    );
  }
});

/** The numbers of lobby log entries after the first, by members and by the daemon. */
function logOf(dir: string): { members: number; daemon: number } {
  const db = new DatabaseSync(join(dir, 'securechat.db'), { readOnly: true });
  try {
    const count = (author: string) =>
      Number(
        db.prepare(`SELECT count(*) AS n FROM entries WHERE kind = 'log' AND n > 0 AND author ${author}`).get()?.n,
      );
    return { members: count('IS NOT NULL'), daemon: count('IS NULL') };
  } finally {
    db.close();
  }
}
