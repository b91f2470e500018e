/** The daemon's log, at its most verbose, during a session with everything in it. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { encode } from '@msgpack/msgpack';
import test, { type ExecutionContext } from 'ava';
import { allowedFields } from '../../src/daemon/logging/log.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { connectTo, login } from '../helpers/client/client.ts';
import { type DaemonProcess, startDaemon } from '../helpers/daemon/daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'pa55-horse-battery';
const secrets = {
  password,
  wrong: 'wr0ng-horse-battery',
  unknown: 'hunter2.typed.as.a.name',
  text: 'zebra-crossing-at-noon',
  fileName: 'secret-plan.txt',
  content: 'bytes-of-the-secret-plan',
  noise: 'noise-on-the-port',
  method: 'unheard-of-request',
  param: 'value-of-a-wrong-parameter',
};

/** All that a daemon and its people may do with each other, and some forbidden things. */
async function session(t: ExecutionContext, daemon: DaemonProcess): Promise<void> {
  const { join: server } = daemon;
  const alice = await connectChat(t, { user: 'alice', server, password, register: {} });
  const bob = await connectChat(t, { user: 'bob', server, password, register: {} });
  await alice.client.send('@bob', secrets.text);
  await bob.message(secrets.text);
  await bob.client.send('#lobby', secrets.text);
  await alice.message(secrets.text, ({ from }) => from === 'bob');
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, secrets.fileName), secrets.content.repeat(20_000));
  const file = await alice.client.upload('@bob', join(dir, secrets.fileName));
  await bob.client.download(file, { dir: join(dir, 'out') });
  for (const name of ['alice', secrets.unknown]) {
    await t.throwsAsync(login(await connectTo(t, daemon), name, secrets.wrong));
  }
  for (const junk of [
    encode([0, 1, secrets.method, { text: secrets.param }]),
    encode([0, 1, 'login-start', { method: 'opaque1', name: 7, message: secrets.param }]),
    Buffer.from(secrets.param),
  ]) {
    const mallory = await connectTo(t, daemon);
    mallory.link.send(junk);
    await mallory.ended;
  }
  const stranger = connect(daemon.port, '127.0.0.1');
  stranger.end(`${secrets.noise.repeat(100)}\r\n`);
  stranger.resume();
  await once(stranger, 'close');
}

/** The private contents of the daemon's folder, as texts that a log could contain. */
async function stored(dir: string): Promise<string[]> {
  const key = JSON.parse(await readFile(join(dir, 'daemon.key'), 'utf8')) as { link: string; sign: string };
  const { setup } = JSON.parse(await readFile(join(dir, 'opaque.setup'), 'utf8')) as { setup: string };
  const records = (await readFile(join(dir, 'users.txt'), 'utf8')).match(/(?<=:opaque1:)[\w-]+/g) ?? [];
  return [key.link.slice(200, 240), key.sign.slice(200, 240), setup.slice(0, 40), ...records];
}

test('the log has JSON lines with allowed fields only, and no secret, content or unknown name', async (t) => {
  const daemon = await startDaemon(t, ['--log-level', 'trace']);
  const raw: Buffer[] = [];
  for (const stream of [daemon.process.stdout, daemon.process.stderr]) {
    stream?.on('data', (chunk: Buffer) => raw.push(chunk));
  }
  await session(t, daemon);
  await daemon.stop();
  const text = Buffer.concat(raw).toString('utf8');
  const lines = daemon.lines;
  for (const evt of [
    'user_created',
    'authn_login_success',
    'authn_login_fail',
    'input_validation_fail',
    'handshake_fail',
    'stopped',
  ]) {
    t.true(
      lines.some((line) => line.evt === evt),
      `the session was as thought: ${evt}`,
    );
  }
  t.is(
    text
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('{"level":')).length,
    0,
    'nothing but JSON',
  );
  for (const [what, secret] of [
    ...Object.entries(secrets),
    ...(await stored(daemon.dir)).map((one) => ['stored', one]),
  ]) {
    const bytes = Buffer.from(secret ?? '');
    for (const form of [bytes.toString('utf8'), bytes.toString('hex'), bytes.toString('base64').slice(0, -4)]) {
      t.false(text.includes(form), `${what} is in the log`);
    }
  }
  for (const line of lines) {
    for (const [field, value] of Object.entries(line)) {
      if (field === 'err') {
        t.deepEqual(
          Object.keys(value as object).filter((name) => !['type', 'code', 'message', 'stack'].includes(name)),
          [],
        );
        continue;
      }
      t.true(['level', 'time', 'msg'].includes(field) || allowedFields.has(field), field);
      t.true(
        value === null || ['string', 'number', 'boolean'].includes(typeof value) || isTexts(value),
        `${field} holds bytes`,
      );
      // A fingerprint with its join link is the longest allowed text without words.
      t.notRegex(String(value), field === 'fingerprint' || field === 'join' ? /[\w+/=-]{90}/ : /[\w+/=-]{40}/);
    }
  }
});

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
