/** New keys at once, and what an interruption leaves. */
import { join } from 'node:path';
import test from 'ava';
import type { Calls } from '../../../src/client/connection/calls.ts';
import { type PasswordSession, rotateKeys } from '../../../src/client/login/account-changes.ts';
import type { RequestName } from '../../../src/protocol/wire/requests.ts';
import { keysOf, rsaInTurn, signInAs } from '../../helpers/client/sign-in.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const made = { user: 'alice', password: 'secret' } as const;
/** An RSA whose next pair is one that Alice never had. */
const rsa = rsaInTurn('bob-encryption');

/** The link breaks at `method`: before the daemon has the request, or before its answer arrives. */
function cutAt(session: PasswordSession, method: RequestName, carriedOut: boolean): PasswordSession {
  const request: Calls['request'] = async (name, params) => {
    if (name === method && carriedOut) await session.calls.request(name, params);
    if (name === method) throw new Error('the cable is pulled');
    return session.calls.request(name, params);
  };
  return { ...session, calls: { request, link: session.calls.link } as unknown as Calls };
}

const pulled = { message: 'the cable is pulled' };

// Serial: each test starts its own daemon.
test.serial(
  'new keys are in the profile, the vault and the directory at once, and the old ones still open',
  async (t) => {
    const { join: server } = (await openDaemon(t)).at;
    const profile = join(await temporaryFolder(t), 'p');
    await (await signInAs(t, { ...made, server, profile, register: {} })).close();
    const me = await signInAs(t, { user: 'alice', server, profile }, { rsa });
    const before = keysOf(me);
    await t.throwsAsync(me.authenticator.withPassword('wrong', rotateKeys), { code: 'login-refused' });
    const { keys } = await me.authenticator.withPassword('secret', rotateKeys);
    me.keyring.replace(keys);
    t.is(me.keyring.me.card.cardSeq, 2);
    t.deepEqual(keysOf(me).slice(1), before);
    const elsewhere = await signInAs(t, { ...made, server });
    t.deepEqual(keysOf(elsewhere), keysOf(me));
    await me.close();
    t.deepEqual(keysOf(await signInAs(t, { user: 'alice', server, profile })), keysOf(elsewhere));
  },
);

test.serial('keys that stay on one machine are renewed, too', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  await (await signInAs(t, { ...made, server, profile, register: { localKeys: true } })).close();
  const me = await signInAs(t, { user: 'alice', server, profile }, { rsa });
  await me.authenticator.withPassword('secret', rotateKeys);
  await me.close();
  const again = await signInAs(t, { user: 'alice', server, profile });
  t.deepEqual([again.keyring.me.card.cardSeq, keysOf(again).length], [2, 2]);
});

const cuts = [
  { at: 'vault-put', carriedOut: false, what: 'before the vault is stored', finishes: false },
  { at: 'vault-put', carriedOut: true, what: 'after the vault was stored', finishes: true },
  { at: 'card-put', carriedOut: false, what: 'before the card is stored', finishes: true },
  { at: 'card-put', carriedOut: true, what: 'after the card was stored', finishes: true },
] as const;
for (const { at, carriedOut, what, finishes } of cuts)
  test.serial(
    `an interruption ${what} loses no key, and the next login by password ${finishes ? 'finishes' : 'changes nothing'}`,
    async (t) => {
      const { join: server } = (await openDaemon(t)).at;
      const profile = join(await temporaryFolder(t), 'p');
      await (await signInAs(t, { ...made, server, profile, register: {} })).close();
      const me = await signInAs(t, { user: 'alice', server, profile }, { rsa });
      const before = keysOf(me);
      const cut = me.authenticator.withPassword('secret', (session) => rotateKeys(cutAt(session, at, carriedOut)));
      await t.throwsAsync(cut, pulled);
      await me.close();
      // The profile still logs in by itself.
      const byKey = await signInAs(t, { user: 'alice', server, profile });
      t.deepEqual(keysOf(byKey).slice(-1), before);
      await byKey.close();
      const byPassword = await signInAs(t, { ...made, server, profile });
      t.is(byPassword.keyring.me.card.cardSeq, finishes ? 2 : 1);
      t.deepEqual(keysOf(byPassword).slice(-1), before);
      t.deepEqual(keysOf(await signInAs(t, { ...made, server })), keysOf(byPassword));
    },
  );
