import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { connectTo, loggedInClient } from '../helpers/client/client.ts';
import { runDaemon, startDaemon, writeFixtureKey } from '../helpers/daemon/daemon.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

/** Runs the program to its end. */
async function ended(args: string[], env: { [name: string]: string } = {}) {
  const child = runDaemon(args, env);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'exit'),
  ]);
  return { out, err, code };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Whether a new client gets a greeting. */
async function greeted(port: number): Promise<boolean> {
  const socket = await dial(port);
  const [bytes] = await once(socket, 'data');
  socket.destroy();
  return bytes.subarray(0, 4).toString('latin1') === 'SCK2';
}

// Serial: each test starts its own daemon.
test.serial('the daemon prints its line, makes its private files, and ends with 0 on SIGTERM', async (t) => {
  const daemon = await startDaemon(t);
  t.like(
    daemon.lines.find(({ evt }) => evt === 'listening'),
    { level: 30, host: '127.0.0.1', port: daemon.port },
  );
  t.regex(daemon.fingerprint, /^[0-9a-f]{64}$/);
  t.is(daemon.join, `securechat://127.0.0.1:${daemon.port}#${daemon.fingerprint}`);
  const made = await readdir(daemon.dir, { recursive: true });
  for (const file of made) t.is((await stat(join(daemon.dir, file))).mode & 0o077, 0, file);
  for (const file of ['users.txt', 'daemon.key', 'opaque.setup', 'securechat.db', 'server_files', 'daemon.lock']) {
    t.true(made.includes(file), file);
  }
  t.true(await greeted(daemon.port));
  t.deepEqual(await daemon.stop(), { code: 0, signal: null });
  t.is(daemon.lines.at(-1)?.evt, 'stopped');
});

test.serial('the daemon is the same after a restart, and fingerprint prints it', async (t) => {
  const first = await startDaemon(t);
  await first.stop('SIGINT');
  const second = await startDaemon(t, [], { dir: first.dir });
  t.is(second.fingerprint, first.fingerprint);
  const { out, code } = await ended(['fingerprint', '--data-dir', first.dir]);
  t.is(code, 0);
  t.is(out.split('\n')[0], first.fingerprint);
});

test.serial('a second daemon on one folder is refused with a sentence, and kill -9 frees the folder', async (t) => {
  const daemon = await startDaemon(t);
  const { err, code } = await ended(['--data-dir', daemon.dir, '--port', '0']);
  t.is(code, 1);
  t.regex(err, /^securechat-daemon: another daemon is using .*\n$/);
  await daemon.stop('SIGKILL');
  await startDaemon(t, [], { dir: daemon.dir });
});

test.serial('a taken port is refused with a sentence', async (t) => {
  const daemon = await startDaemon(t);
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'daemon.key'), await readFile(join(daemon.dir, 'daemon.key')));
  const { err, code } = await ended(['--data-dir', dir, '--port', String(daemon.port)]);
  t.is(code, 1);
  t.regex(err, /^securechat-daemon: .*in use.*\n$/);
});

test.serial('an unusable data folder is refused with a sentence', async (t) => {
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'file'), '');
  await mkdir(join(dir, 'users.txt'));
  for (const data of [join(dir, 'file'), dir]) {
    const { err, code } = await ended(['--data-dir', data, '--port', '0']);
    t.is(code, 1);
    t.regex(
      err,
      /^securechat-daemon: (\/.*\/users\.txt is a folder.*move it away.*|the data folder \/.* cannot be created: .*)\n$/,
    );
  }
});

test.serial('wrong usage gives exit status 2 and a sentence', async (t) => {
  for (const args of [['--prot', '1'], ['backup', 'x'], ['--port', 'x'], ['nonsense']]) {
    const { err, code, out } = await ended(args);
    t.is(code, 2, args.join(' '));
    t.regex(err, /^securechat-daemon: [^\n]+\n$/);
    t.is(out, '');
  }
});

test.serial('a legacy users.txt is upgraded at the start: comments stay, no password does', async (t) => {
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'users.txt'), '# the team\nbob:hunter2\nnot a user line\n');
  await writeFixtureKey(dir);
  const { lines } = await openDaemon(t, { dir });
  const users = await readFile(join(dir, 'users.txt'), 'utf8');
  t.regex(users, /^# the team\nbob:opaque1:[\w-]+::must-renew\nnot a user line\n$/);
  t.notRegex(users + JSON.stringify(lines), /hunter2/);
  t.like(
    lines.find(({ evt }) => evt === 'users_line_malformed'),
    { line: 3 },
  );
});

test.serial('a missing opaque.setup beside users stops the start', async (t) => {
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'users.txt'), `bob:opaque1:abc:${'ab'.repeat(32)}:\n`);
  const { err, code } = await ended(['--data-dir', dir, '--port', '0']);
  t.is(code, 1);
  t.regex(err, /^securechat-daemon: daemon.key is missing .*backup.*\n$/);
});

test.serial('SIGHUP reads users.txt and the configuration again and reopens the log', async (t) => {
  const dir = await temporaryFolder(t);
  const log = join(dir, 'daemon.log');
  const daemon = await startDaemon(t, ['--log-file', log], { dir });
  await writeFile(join(dir, 'users.txt'), '# new\nbroken line\n');
  await writeFile(join(dir, 'config.toml'), 'port = 1\nregistration = "closed"\n');
  await rename(log, `${log}.1`);
  daemon.process.kill('SIGHUP');
  const has = async (word: string) => existsSync(log) && (await readFile(log, 'utf8')).includes(word);
  await until(() => has('"reloaded"'));
  t.true(await has('users_line_malformed'));
  t.true(await greeted(daemon.port));
  t.is((await stat(log)).mode & 0o077, 0);
  t.deepEqual(
    daemon.lines.map(({ evt }) => evt),
    ['listening'],
    'only this one on stdout',
  );
});

test.serial('a wrong configuration at SIGHUP keeps the old one', async (t) => {
  const daemon = await startDaemon(t);
  await writeFile(join(daemon.dir, 'config.toml'), 'registration = "maybe"\n');
  daemon.process.kill('SIGHUP');
  await daemon.line(({ evt }) => evt === 'reload_fail');
  t.true(await greeted(daemon.port));
});

test.serial('garbage on the port, a half-open link and a record that claims 4 GiB disturb nobody', async (t) => {
  const daemon = await startDaemon(t, ['--log-level', 'debug']);
  const silent = await dial(daemon.port);
  const noise = await dial(daemon.port);
  noise.write(Buffer.alloc(4096, 0xa5));
  const http = await dial(daemon.port);
  http.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const huge = await dial(daemon.port);
  huge.write(Buffer.concat([Buffer.from('SCL2'), Buffer.from([0, 2]), Buffer.alloc(384, 7), Buffer.alloc(64, 0xff)]));
  for (const socket of [noise, http, huge]) {
    socket.resume();
    await once(socket, 'close');
  }
  t.true(await greeted(daemon.port), 'while the silent one still hangs');
  silent.resume();
  await once(silent, 'close');
  await until(() => daemon.lines.filter(({ evt }) => evt === 'handshake_fail').length === 4);
  t.false(JSON.stringify(daemon.lines).includes('GET /'));
  t.deepEqual(await daemon.stop(), { code: 0, signal: null });
});

test.serial('a client that reads the greeting and leaves is not logged as a failure', async (t) => {
  const { daemon, at, lines } = await openDaemon(t);
  const told = (name: string) => lines.filter(({ evt }) => evt === name);
  t.true(await greeted(at.port));
  await until(() => told('greeting_read').length > 0);
  t.is(told('greeting_read')[0]?.level, 20);
  const half = await dial(at.port);
  half.end('S');
  await until(() => told('handshake_fail').length > 0);
  await daemon.stop();
  t.is(told('handshake_fail').length, 1);
});

test.serial('a data folder in a git work tree causes a warning', async (t) => {
  const dir = await temporaryFolder(t);
  await mkdir(join(dir, '.git'));
  const daemon = await startDaemon(t, [], { dir });
  t.truthy(daemon.lines.find(({ evt, level }) => evt === 'git_work_tree' && level === 40));
});

test.serial('a client that does not leave delays the end, and a second signal ends with 1', async (t) => {
  const daemon = await startDaemon(t);
  const client = await connectTo(t, daemon);
  await client.request('ping', {});
  client.socket.pause();
  client.socket.removeAllListeners('data');
  daemon.process.kill('SIGTERM');
  await daemon.line(({ evt }) => evt === 'sys_shutdown');
  t.deepEqual(await daemon.stop('SIGTERM'), { code: 1, signal: null });
});

test.serial('short invitation codes are reported at the start and at SIGHUP, by line numbers only', async (t) => {
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'invites.txt'), 'come-in-and-find-out\ntoo-short\n');
  const daemon = await startDaemon(t, ['--registration', 'invite'], { dir });
  const told = (number: number) => daemon.line(({ evt, line }) => evt === 'invites_line_unusable' && line === number);
  await told(2);
  await writeFile(join(dir, 'invites.txt'), 'too-short\n# mine\n\ntoo-short\n');
  daemon.process.kill('SIGHUP');
  await told(1);
  await told(4);
  t.false(JSON.stringify(daemon.lines).includes('too-short'));
});

test.serial('SIGTERM tells every client and ends with 0', async (t) => {
  const daemon = await startDaemon(t);
  const client = await loggedInClient(t, daemon, 'alice');
  const stranger = await connectTo(t, daemon);
  t.deepEqual(await daemon.stop(), { code: 0, signal: null });
  await Promise.all([client.ended, stranger.ended]);
  t.deepEqual([client.events.at(-1), stranger.events.at(-1)], ['closing', 'closing']);
});
