import test from 'ava';
import { recordHash } from '../../../../src/daemon/login/login-attempt.ts';
import { vaultGet } from '../../../../src/daemon/requests/login/vault-get.ts';
import { vaultPut } from '../../../../src/daemon/requests/login/vault-put.ts';
import type { SessionState } from '../../../../src/daemon/sessions/session.ts';
import { openTestDaemon } from '../../../helpers/daemon/daemon-people.ts';
import { bytes32 } from '../../../helpers/daemon/store.ts';

test('the vault that belongs to the record in users.txt is served', async (t) => {
  const { context, login } = await openTestDaemon(t);
  const { session } = login('alice');
  const current = recordHash('record-of-alice');
  await t.throwsAsync(vaultGet(context, session, {}), { code: 'needs-vault' });
  const vault = new Uint8Array([1, 2, 3]);
  t.deepEqual(await vaultPut(context, session, { recordHash: current, version: 1, vault }), { at: 1_000_000 });
  const other = { recordHash: bytes32(2), version: 2, vault: new Uint8Array([9]) };
  await vaultPut(context, session, other);
  t.deepEqual(await vaultGet(context, session, {}), { version: 1, vault, at: 1_000_000 });
});

test('a session in needs-vault is logged in once the vault for its record is stored, and not for another record', async (t) => {
  const { context, feed, login } = await openTestDaemon(t);
  const { session } = login('alice');
  feed.leave(session);
  session.state = 'needs-vault';
  const state = (): SessionState => session.state;
  const vault = { version: 1, vault: new Uint8Array(1) };
  await vaultPut(context, session, { recordHash: bytes32(2), ...vault });
  t.is(state(), 'needs-vault');
  await vaultPut(context, session, { recordHash: recordHash('record-of-alice'), ...vault });
  t.is(state(), 'by-password');
  t.true(feed.online('alice'));
});

test('a session that ended while its vault was stored does not come online', async (t) => {
  const { context, feed, login } = await openTestDaemon(t);
  const { session } = login('alice');
  feed.leave(session);
  session.state = 'needs-vault';
  const current = recordHash('record-of-alice');
  const stored = vaultPut(context, session, { recordHash: current, version: 1, vault: new Uint8Array(1) });
  session.ended = true;
  await stored;
  t.false(feed.online('alice'));
});
