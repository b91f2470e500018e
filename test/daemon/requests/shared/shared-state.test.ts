import test from 'ava';
import * as v from 'valibot';
import type { Context } from '../../../../src/daemon/context.ts';
import { limitValues } from '../../../../src/daemon/limits/limits.ts';
import { recordFinish } from '../../../../src/daemon/requests/login/record-finish.ts';
import { sharedGet } from '../../../../src/daemon/requests/shared/shared-get.ts';
import { sharedPut } from '../../../../src/daemon/requests/shared/shared-put.ts';
import { Sessions } from '../../../../src/daemon/sessions/sessions.ts';
import { requests } from '../../../../src/protocol/wire/requests.ts';
import { openTestDaemon } from '../../../helpers/daemon/daemon-people.ts';

const shared = new Uint8Array([1, 2, 3]);

test('what one device stores is announced to the other sessions of its person, and nobody else gets or reads it', async (t) => {
  const { context, login } = await openTestDaemon(t);
  const [laptop, phone, bob] = [login('alice'), login('alice'), login('bob')];
  t.deepEqual(await sharedGet(context, laptop.session, {}), { version: 0, shared: null });
  const put = await sharedPut(context, laptop.session, { after: 0, version: 1, shared });
  t.deepEqual(put, { at: 1_000_000 });
  t.deepEqual(await sharedGet(context, phone.session, {}), { version: 1, shared });
  t.deepEqual(phone.events, [{ method: 'shared-changed', params: { version: 1 } }]);
  t.deepEqual([laptop.events, bob.events], [[], []]);
  t.deepEqual(await sharedGet(context, bob.session, {}), { version: 0, shared: null });
});

test('of two devices that start from one version the second is refused, and told of by nobody', async (t) => {
  const { context, login } = await openTestDaemon(t);
  const [laptop, phone] = [login('alice'), login('alice')];
  await sharedPut(context, laptop.session, { after: 0, version: 1, shared });
  const second = { after: 0, version: 1, shared: new Uint8Array(3) };
  await t.throwsAsync(sharedPut(context, phone.session, second), { code: 'conflict' });
  t.deepEqual(laptop.events, []);
  t.deepEqual(await sharedGet(context, phone.session, {}), { version: 1, shared });
});

test('a person who stores more often than the rate is refused, and may again later', async (t) => {
  const { context, time, login } = await openTestDaemon(t);
  const { session } = login('alice');
  const { burst, perSecond } = limitValues.shared;
  for (let n = 0; n < burst; n++) await sharedPut(context, session, { after: n, version: n + 1, shared });
  const next = { after: burst, version: burst + 1, shared };
  await t.throwsAsync(sharedPut(context, session, next), { code: 'rate-limited' });
  await sharedPut(context, login('bob').session, { after: 0, version: 1, shared });
  time.now += 1000 / perSecond;
  await t.notThrowsAsync(sharedPut(context, session, next));
});

test('a state of more than 65,536 bytes is not a request', (t) => {
  const sized = (size: number) => ({ after: 0, version: 1, shared: new Uint8Array(size) });
  t.true(v.is(requests['shared-put'].params, sized(65_536)));
  t.false(v.is(requests['shared-put'].params, sized(65_537)));
});

test('an account that gets another identity loses what the devices of the former one shared', async (t) => {
  const { alice, context, login } = await openTestDaemon(t);
  const { session } = login('alice');
  const state = () => context.store.shared({ idFp: alice.card.idFp });
  await sharedPut(context, session, { after: 0, version: 1, shared });
  const renewed = { ...context.accounts.find('alice'), flags: new Set(['must-renew' as const]) };
  const renew = async (idFp: Uint8Array) => {
    Object.assign(session, { account: { ...renewed, idFp }, state: 'must-renew', attempt: { kind: 'record' } });
    const accounts = { ...context.accounts, replaceRecord: async () => ({ ...renewed, idFp: alice.card.idFp }) };
    const at = { ...context, accounts, sessions: new Sessions() } as unknown as Context;
    const record = Buffer.alloc(192).toString('base64url');
    await recordFinish(at, session, { record, card: alice.cardBytes });
  };
  await renew(alice.card.idFp);
  t.not(await state(), null, 'the same identity again');
  await sharedPut(context, login('bob').session, { after: 0, version: 1, shared });
  const former = context.accounts.find('bob').idFp ?? new Uint8Array();
  await renew(former);
  t.is(await context.store.shared({ idFp: former }), null);
  t.not(await state(), null);
});
