import test, { type ExecutionContext } from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { expectedFingerprint, KnownDaemons } from '../../../src/client/trust/known-daemons.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { fingerprintWords } from '../../../src/protocol/link/daemon-identity.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const here = { host: 'chat.example', port: 65345 };
const one = new Uint8Array(32).fill(1);
const two = new Uint8Array(32).fill(2);

const never = async (): Promise<never> => {
  throw new Error('not expected');
};

async function known(t: ExecutionContext): Promise<KnownDaemons> {
  return new KnownDaemons((await openProfile(t)).db, manualClock());
}

test('an unknown daemon is shown in words and hex, and the person is asked', async (t) => {
  const daemons = await known(t);
  const shown: unknown[] = [];
  const answer = await expectedFingerprint(
    daemons,
    here,
    null,
    async () => one,
    async (daemon) => shown.push(daemon) > 0,
  );
  t.deepEqual(answer, one);
  t.deepEqual(shown, [{ address: 'chat.example:65345', fingerprint: hex(one), words: fingerprintWords(one) }]);
  // A yes proves nothing yet: the key is remembered after the handshake.
  t.is(await daemons.at(here), null);
});

test('a no stops the login', async (t) => {
  const asked = expectedFingerprint(
    await known(t),
    here,
    null,
    async () => one,
    async () => false,
  );
  await t.throwsAsync(asked, { instanceOf: ClientError, code: 'untrusted' });
});

test('a known daemon needs no greeting and no question', async (t) => {
  const daemons = await known(t);
  await daemons.remember(here, one);
  t.deepEqual(await expectedFingerprint(daemons, here, null, never, never), one);
  t.deepEqual(await daemons.at(here), { fingerprint: one, daemonId: null, confirmed: false });
});

test('a known key is never replaced, neither by a link nor by remembering', async (t) => {
  const daemons = await known(t);
  await daemons.remember(here, one);
  await daemons.remember(here, two);
  const error = await t.throwsAsync(expectedFingerprint(daemons, here, two, never, never), {
    instanceOf: ClientError,
    code: 'key-changed',
  });
  t.true(error?.message.includes(hex(one)) && error.message.includes(hex(two)));
  t.deepEqual((await daemons.at(here))?.fingerprint, one);
});

test('a join link carries trust: the person is not asked, and another key is refused at once', async (t) => {
  const daemons = await known(t);
  t.deepEqual(await expectedFingerprint(daemons, here, two, async () => two, never), two);
  const wrong = expectedFingerprint(daemons, here, two, async () => one, never);
  const error = await t.throwsAsync(wrong, { instanceOf: ClientError, code: 'untrusted' });
  t.regex(error?.message ?? '', /^this link is not for the server at chat\.example:65345; ask for it again/);
  t.notRegex(error?.message ?? '', /you trust|forget/);
});

test('the same daemon at another address is the same daemon', async (t) => {
  const daemons = await known(t);
  await daemons.remember(here, one);
  const there = { host: '10.0.0.1', port: 1 };
  t.deepEqual(await expectedFingerprint(daemons, there, null, async () => one, never), one);
});

test('a login by password confirms the daemon, even after its address was forgotten', async (t) => {
  const daemons = await known(t);
  await daemons.remember(here, one);
  await daemons.confirm(one, two);
  t.true(await daemons.forget(here));
  t.false(await daemons.forget(here));
  t.is(await daemons.at(here), null);
  t.deepEqual(await daemons.byFingerprint(one), { fingerprint: one, daemonId: two, confirmed: true });
});
