/** Mallory tries to fill the daemon's disk: messages and unfinished files are bounded, and nobody else notices. */
import test from 'ava';
import { readConfig } from '../../src/daemon/config/config.ts';
import { Refusal } from '../../src/protocol/base/errors.ts';
import { connectChat, lines } from '../helpers/client/chat.ts';
import { loggedInClient } from '../helpers/client/client.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';

test.serial('messages over --message-quota are refused, shown as failed, and sent when the quota grows', async (t) => {
  const { daemon, dir } = await openDaemon(t, { flags: { 'message-quota': '30K' } });
  const server = daemon.join;
  const alice = await connectChat(t, { user: 'alice', server, password: 'pw', register: {} });
  const bob = await connectChat(t, { user: 'bob', server, password: 'pw', register: {} });
  let sent = 0;
  const flood = async () => {
    for (; sent < 100; sent++) await alice.client.send('@bob', `spam ${sent} ${'x'.repeat(3000)}`);
  };
  const floodRoom = async () => {
    for (let n = 0; n < 100; n++) await alice.client.send('#lobby', `here, too ${'x'.repeat(3000)}`);
  };
  await t.throwsAsync(flood(), { message: /your messages have used up your quota/ });
  t.true(sent > 0 && sent < 15, `${sent} were stored`);
  await t.throwsAsync(floodRoom(), { message: /your messages have used up your quota/ });
  await bob.client.send('@alice', 'stop it');
  await alice.message('stop it');
  const failed = (await alice.client.history('@bob')).messages.filter(({ state }) => state === 'failed');
  t.is(failed.length, 1);
  const environment = { env: {}, cwd: dir, xdgData: dir, exists: () => false, readText: () => null };
  await daemon.reload(readConfig({ 'data-dir': dir, port: '0', 'message-quota': '1M' }, environment));
  await alice.client.retry(failed[0]?.id ?? '');
  await bob.message(`spam ${sent} ${'x'.repeat(3000)}`);
  const shown = lines((await bob.client.history('@alice')).messages).filter((line) => line.includes('spam'));
  t.is(shown.length, sent + 1, 'each once');
});

test.serial('unfinished files count against the quota and are at most 64', async (t) => {
  const { at } = await openDaemon(t, { flags: { quota: '1G' } });
  const [mallory, bob] = [await loggedInClient(t, at, 'alice'), await loggedInClient(t, at, 'bob')];
  const conversation = new Uint8Array(32).fill(9);
  const begin = async (who: typeof bob, n: number) => {
    const file = Uint8Array.from({ length: 16 }, (_, i) => (i === 0 ? n : who === bob ? 1 : 2));
    const { transfer } = await who.request('upload-open', { file, conversation, size: 0, segSize: 65_536 });
    await who.request('transfer-end', { transfer });
  };
  for (let n = 0; n < 64; n++) await begin(mallory, n);
  const refused = await t.throwsAsync(begin(mallory, 64), { instanceOf: Refusal, code: 'quota' });
  t.regex(refused?.message ?? '', /64 of your uploads are not finished/);
  await begin(bob, 1);
  await begin(mallory, 3);
});
