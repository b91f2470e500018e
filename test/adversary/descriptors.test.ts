/** A daemon with few descriptors, and strangers who take as many as they can. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ProtocolError } from '../../src/protocol/base/errors.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { connectTo, login, register } from '../helpers/client/client.ts';
import { startDaemon } from '../helpers/daemon/daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { hostileClient, openSocket } from './hostile-client.ts';

/** 10 half-open links, 10 before login, 62 logged in and 5 files: at most 92 beside what the daemon needs. */
const DESCRIPTORS = 220;

function cutShort(error: unknown): void {
  if (!(error instanceof ProtocolError && error.code === 'handshake')) throw error;
}

test('at the limit of descriptors people send messages and files and log in, and no crash is logged', async (t) => {
  if (!existsSync('/proc/self/limits')) {
    t.pass('only Linux tells the limit');
    return;
  }
  const daemon = await startDaemon(t, [], { descriptors: DESCRIPTORS });
  t.regex(await readFile(`/proc/${daemon.process.pid}/limits`, 'utf8'), /Max open files +220 /);
  const [alice, bob] = [
    await connectChat(t, { user: 'alice', server: daemon.join, password: 'pw', register: {} }),
    await connectChat(t, { user: 'bob', server: daemon.join, password: 'pw', register: {} }),
  ];
  const strangers = async (n: number) => {
    for (let i = 0; i < 60; i += 1) await openSocket(t, daemon, `127.0.3.${n}`);
    // Addresses that keep coming are evicted first, even in the middle of a handshake.
    for (let i = 0; i < 32; i += 1) await hostileClient(t, daemon, { from: `127.0.3.${n}` }).catch(cutShort);
  };
  const dir = await temporaryFolder(t);
  const file = join(dir, 'file.bin');
  await writeFile(file, randomBytes(300_000));
  let most = 0;
  const flood = Promise.all([1, 2, 3, 4].map(strangers));
  const chat = async (when: string) => {
    for (let n = 0; n < 5; n += 1) {
      await alice.client.send('@bob', `${when} ${n}`);
      await bob.message(`${when} ${n}`);
      most = Math.max(most, (await readdir(`/proc/${daemon.process.pid}/fd`)).length);
    }
  };
  await Promise.all([flood, chat('during')]);
  await chat('after');
  const sent = await alice.client.upload('@bob', file);
  await bob.client.download(sent, { dir: join(dir, 'out') });
  const carol = await connectTo(t, daemon);
  await register(carol, 'carol', 'pw');
  await login(carol, 'carol', 'pw');
  t.true((await carol.request('ping', {})).at > 0);
  t.true(most < DESCRIPTORS, `${most} were open`);
  for (const { events } of [alice, bob]) {
    t.false(events.some((event) => event.type === 'link' && event.link.state !== 'online'));
  }
  await daemon.stop();
  t.deepEqual(
    daemon.lines.filter(({ level }) => Number(level) >= 50),
    [],
  );
  const told = daemon.lines.filter(({ evt }) => evt === 'links_refused');
  t.true(told.length >= 1 && told.length <= 3, 'a line a minute and one at the end');
  t.regex(String(told[0]?.reasons), /evicted/);
});
