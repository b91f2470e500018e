import test from 'ava';
import * as v from 'valibot';
import { limitValues } from '../../../../src/daemon/limits/limits.ts';
import { sharedGet } from '../../../../src/daemon/requests/shared/shared-get.ts';
import { sharedPut } from '../../../../src/daemon/requests/shared/shared-put.ts';
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
