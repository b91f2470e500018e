/** A full disk: files are refused first, messages go on, and nothing is lost. */
import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { FileSystem } from '../../src/platform/file-system.ts';
import { hex } from '../../src/protocol/base/bytes.ts';
import { Refusal } from '../../src/protocol/base/errors.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { connectTo, loggedInClient, login } from '../helpers/client/client.ts';
import { quietAsk } from '../helpers/client/sign-in.ts';
import { startDaemon } from '../helpers/daemon/daemon.ts';
import { fullDisk } from '../helpers/daemon/full-disk.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { hostileDaemon } from './hostile-daemon.ts';

const MIB = 1024 * 1024;

/** @returns the code of the refusal, or 'answered' */
async function outcomeOf(asked: Promise<unknown>): Promise<string> {
  return asked.then(
    () => 'answered',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );
}

test.serial(
  'uploads leave the last space to messages: they are refused, while messages and downloads go on',
  async (t) => {
    const free = { bytes: 1000 * MIB };
    const fs = {
      ...nodeFs,
      statfs: async () => ({ bsize: 1, blocks: 100_000 * MIB, bavail: free.bytes }),
    } as unknown as FileSystem;
    const { daemon, dir: dataDir, lines } = await openDaemon(t, { fs });
    const server = daemon.join;
    const [alice, bob] = [
      await connectChat(t, { user: 'alice', server, password: 'pw', register: {} }),
      await connectChat(t, { user: 'bob', server, password: 'pw', register: {} }),
    ];
    const dir = await temporaryFolder(t);
    const paths = await Promise.all(
      ['small', 'large'].map(async (name, n) => {
        const path = join(dir, name);
        await nodeFs.writeFile(path, new Uint8Array([100, 12 * MIB][n] ?? 0));
        return path;
      }),
    );
    const [small = '', large = ''] = paths;
    const shared = await alice.client.upload('@bob', small);
    // 11 MiB more than is kept free for messages: the file does not fit and is refused before a byte is stored.
    free.bytes = 267 * MIB;
    await t.throwsAsync(alice.client.upload('@bob', large), { message: /disk has no room for this file/ });
    t.deepEqual(
      (await alice.client.transfers()).map(({ state }) => state),
      ['paused'],
      'and can be gone on with',
    );
    const told = () => lines.filter(({ evt }) => /disk_full/.test(String(evt))).map(({ evt, dir: of }) => [evt, of]);
    t.deepEqual(told(), [['files_disk_full', join(dataDir, 'server_files')]]);
    // The file fits at first; then the space goes, and the next sync stops the upload.
    free.bytes = 1000 * MIB;
    const onProgress = () => {
      free.bytes = 200 * MIB;
    };
    await t.throwsAsync(alice.client.upload('@bob', large, { onProgress }), { message: /disk has no room/ });
    await bob.client.send('@alice', 'can you hear me?', { until: 'delivered' });
    await alice.message('can you hear me?');
    t.is(await bob.client.download(shared, { dir }), join(dir, 'small (2)'));
    free.bytes = 1000 * MIB;
    await alice.client.upload('@bob', large);
  },
);

test.serial('on a full disk a login waits for space, and a dropped upload frees its bytes', async (t) => {
  const disk = await fullDisk(t);
  const { env } = disk;
  const first = await startDaemon(t, [], { env });
  const alice = await connectChat(t, { user: 'alice', server: first.join, password: 'pw', register: {} });
  const bob = await loggedInClient(t, first, 'bob');
  const file = new Uint8Array(16).fill(7);
  const conversation = new Uint8Array(32).fill(9);
  const { transfer } = await bob.request('upload-open', { file, conversation, size: MIB, segSize: 65_536 });
  await bob.request('transfer-end', { transfer });
  const part = join(first.dir, 'server_files', `${hex(file)}.part`);
  await t.notThrowsAsync(nodeFs.stat(part));
  await disk.fill();
  t.is(await outcomeOf(bob.request('upload-drop', { file })), 'disk-full');
  await t.throwsAsync(nodeFs.stat(part), { code: 'ENOENT' }, 'the bytes are gone all the same');
  await first.stop();

  const again = await startDaemon(t, ['--port', String(first.port)], { dir: first.dir, env });
  const waiting = await alice.event(({ type, ...event }) => {
    const link = 'link' in event ? event.link : null;
    return type === 'link' && link?.state === 'waiting' && /disk is full/.test(link.reason);
  });
  t.truthy(waiting);
  const told = Promise.withResolvers<string>();
  const ask = quietAsk({ waiting: (reason) => told.resolve(reason) });
  const carol = connectChat(t, { user: 'carol', server: again.join, password: 'pw', register: {}, ask });
  t.regex(await told.promise, /disk is full/, 'at the first login, too');
  const line = await again.line(({ evt }) => evt === 'disk_full');
  t.is(line.dir, again.dir);
  t.regex(String(line.msg), /logins and messages are refused/);
  t.is(again.lines.filter(({ evt }) => evt === 'disk_full').length, 1);
  await disk.empty();
  await (await carol).client.send('#lobby', 'hello');
  alice.client.reconnect();
  await alice.client.send('#lobby', 'here again');
  const back = await connectTo(t, again);
  await login(back, 'bob', 'pw');
  await back.request('upload-drop', { file });
  t.false(alice.events.some((event) => event.type === 'link' && event.link.state === 'closed'));
});

test.serial(
  'without its folder of files the daemon refuses uploads with a sentence, and everything else goes on',
  async (t) => {
    const { daemon, dir, lines } = await openDaemon(t);
    const server = daemon.join;
    const alice = await connectChat(t, { user: 'alice', server, password: 'pw', register: {} });
    const bob = await connectChat(t, { user: 'bob', server, password: 'pw', register: {} });
    const path = join(await temporaryFolder(t), 'plan.txt');
    await nodeFs.writeFile(path, 'the plan');
    const folder = join(dir, 'server_files');
    await nodeFs.rm(folder, { recursive: true });
    for (let n = 0; n < 2; n++)
      await t.throwsAsync(alice.client.upload('@bob', path), {
        message: /folder of files is missing: tell its operator/,
      });
    await alice.client.send('@bob', 'no file today', { until: 'delivered' });
    for (const { id, author } of await alice.client.transfers()) await alice.client.drop({ id, author });
    await nodeFs.mkdir(folder);
    await alice.client.upload('@bob', path);
    t.is((await bob.client.files()).length, 1);
    const loud = lines.filter(({ level = 0, evt }) => level >= 40 && evt !== 'private_file_open');
    t.deepEqual(
      loud.map(({ evt, dir: of }) => [evt, of]),
      [['files_folder_missing', folder]],
    );
    t.false(alice.events.some((event) => event.type === 'link' && event.link.state !== 'online'));
  },
);

test('a registration that a full disk cuts off says that the account exists', async (t) => {
  const { at, script } = await hostileDaemon(t);
  const profile = join(await temporaryFolder(t), 'alice');
  const account = { user: 'alice', server: `127.0.0.1:${at.port}`, profile, password: 'correct horse' } as const;
  script.answers['login-prove'] = () => {
    throw new Refusal('disk-full', 'the disk is full');
  };
  const ask = quietAsk({ waiting: (_, giveUp) => giveUp() });
  const told = {
    code: 'disk-full',
    message: /^the account alice was made, but .*the disk is full; log in here with its password$/,
  };
  await t.throwsAsync(connectChat(t, { ...account, register: {}, ask }), told);
  delete script.answers['login-prove'];
  await (await connectChat(t, account)).client.send('#lobby', 'here');
});
