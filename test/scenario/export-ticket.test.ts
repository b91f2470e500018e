/** The ticket of an export: who gets one, and what it allows. */
import test from 'ava';
import { H, utf8 } from '../../src/protocol/base/bytes.ts';
import { Refusal, type RefusalCode } from '../../src/protocol/base/errors.ts';
import { connectTo, login, loginWithKey, register, type TestClient, testDaemonId } from '../helpers/client/client.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { fastOpaque } from '../helpers/protocol/fast-opaque.ts';

const refused = (code: RefusalCode) => ({ instanceOf: Refusal, code }) as const;
const laptop = 1;
const file = 2;
const restored = 3;
const exportName = 'export of 2026-12-01 on laptop';

async function replacePassword(client: TestClient, password: string): Promise<void> {
  const begun = await fastOpaque.clientRegister(password);
  const { message } = await client.request('record-start', { message: begun.message });
  const { record } = await fastOpaque.clientRegisterFinish(password, begun.state, message, testDaemonId);
  const vault = Uint8Array.of(1);
  await client.request('vault-put', { recordHash: H('record', utf8(record)), version: 2, vault });
  await client.request('record-finish', { record, card: null });
}

// Serial: each test starts its own daemon.
test.serial('only a session by password makes an export, and only a session of an export makes a device', async (t) => {
  const { at } = await openDaemon(t);
  const first = await connectTo(t, at);
  await register(first, 'alice', 'pw');
  const { ticket } = await login(first, 'alice', 'pw', laptop);
  const ask = { device: file, name: exportName, kind: 'export' } as const;
  const made = await first.request('ticket', ask);
  await t.throwsAsync(first.request('ticket', { ...ask, device: restored, kind: 'device' }), refused('needs-password'));
  await t.throwsAsync(first.request('ticket', { ...ask, device: laptop }), refused('bad-request'));

  const byKey = await connectTo(t, at);
  await loginWithKey(byKey, 'alice', ticket ?? made.ticket, laptop);
  await t.throwsAsync(byKey.request('ticket', ask), refused('needs-password'));

  const byExport = await connectTo(t, at);
  t.like(await loginWithKey(byExport, 'alice', made.ticket, file), { name: 'alice', recordHash: null, ticket: null });
  await t.throwsAsync(byExport.request('ticket', { ...ask, device: 9 }), refused('needs-password'));
  const device = await byExport.request('ticket', { device: restored, name: 'new laptop', kind: 'device' });
  const after = await connectTo(t, at);
  await loginWithKey(after, 'alice', device.ticket, restored);
  await t.throwsAsync(after.request('ticket', { ...ask, kind: 'device' }), refused('needs-password'));
  t.deepEqual(
    (await after.request('sessions', {})).devices
      .sort((a, b) => a.device - b.device)
      .map(({ kind, name }) => [kind, name]),
    [
      ['device', 'device 1'],
      ['export', exportName],
      ['device', 'new laptop'],
    ],
  );
});

test.serial('the ticket of an export replaces a forgotten password, until the export is ended', async (t) => {
  const { at } = await openDaemon(t);
  const first = await connectTo(t, at);
  await register(first, 'alice', 'forgotten', { localKeys: false });
  const { recordHash } = await login(first, 'alice', 'forgotten', laptop);
  if (recordHash === null) throw new Error('a login by password gives the hash of the record');
  await first.request('vault-put', { recordHash, version: 1, vault: Uint8Array.of(0) });
  const { ticket } = await first.request('ticket', { device: file, name: exportName, kind: 'export' });

  const byExport = await connectTo(t, at);
  await loginWithKey(byExport, 'alice', ticket, file);
  await replacePassword(byExport, 'new password');
  // The vault was stored first, so the session goes on at once.
  t.is((await byExport.request('people', { after: null })).people.length, 1);
  await t.throwsAsync(login(await connectTo(t, at), 'alice', 'forgotten'), { code: 'login-refused' });
  t.like(await login(await connectTo(t, at), 'alice', 'new password', restored), { vault: { version: 2 } });

  await first.request('device-end', { device: file });
  await byExport.ended;
  await t.throwsAsync(loginWithKey(await connectTo(t, at), 'alice', ticket, file), { code: 'login-refused' });
});
