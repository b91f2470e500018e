import test from 'ava';
import { limitValues } from '../../../../src/daemon/limits/limits.ts';
import { requestTable } from '../../../../src/daemon/requests/index.ts';
import { away } from '../../../../src/daemon/requests/people/away.ts';
import { people } from '../../../../src/daemon/requests/people/people.ts';
import { typing } from '../../../../src/daemon/requests/people/typing.ts';
import { Refusal } from '../../../../src/protocol/base/errors.ts';
import { openTestDaemon } from '../../../helpers/daemon/daemon-people.ts';

test('typing is sent to every session of the other person, and to nobody else', async (t) => {
  const { context, login } = await openTestDaemon(t);
  const [alice, aliceAgain, bob, bobAgain, carol] = [
    login('alice'),
    login('alice'),
    login('bob'),
    login('bob'),
    login('carol'),
  ];
  t.deepEqual(await typing(context, alice.session, { to: 'bob' }), {});
  for (const { events } of [bob, bobAgain]) t.deepEqual(events, [{ method: 'typing', params: { name: 'alice' } }]);
  for (const { events } of [alice, aliceAgain, carol]) t.deepEqual(events, []);
});

test('typing to an unknown name is answered like typing to a known one, and to oneself sends nothing', async (t) => {
  const { context, login } = await openTestDaemon(t);
  const [alice, other] = [login('alice'), login('alice')];
  // Bob has an account and is offline; the last two are not valid names.
  for (const to of ['bob', 'nobody', 'alice', 'all', '', '\u001b[2J'])
    t.deepEqual(await typing(context, alice.session, { to }), {}, to);
  t.deepEqual([...alice.events, ...other.events], []);
});

test('attack: a flood of typing reaches the other person once a second, from all sessions of its sender together', async (t) => {
  const { context, login, time } = await openTestDaemon(t);
  const [alice, aliceAgain, bob, carol] = [login('alice'), login('alice'), login('bob'), login('carol')];
  context.clock.monotonic = () => time.now;
  for (let i = 0; i < 100; i++) {
    await typing(context, alice.session, { to: 'bob' });
    await typing(context, aliceAgain.session, { to: 'bob' });
  }
  t.is(bob.events.length, 1);
  await typing(context, alice.session, { to: 'carol' });
  await typing(context, carol.session, { to: 'bob' });
  t.is(carol.events.length, 1, 'to another it is another sign');
  t.is(bob.events.length, 2, 'and from another');
  time.now += 1000;
  await typing(context, alice.session, { to: 'bob' });
  t.is(bob.events.length, 3);
});

test('away is part of presence, and a session that is not in the chat can send neither away nor typing', async (t) => {
  const { context, login } = await openTestDaemon(t);
  const [alice, bob, bobAgain] = [login('alice'), login('bob'), login('bob')];
  const now = async () => {
    const answer = await people(context, alice.session, { after: null });
    return answer.people.map(({ name, online, away: is }) => `${name} ${is ? 'away' : online ? 'here' : 'gone'}`);
  };
  await away(context, bob.session, { away: true });
  t.deepEqual(await now(), ['alice here', 'bob here', 'carol gone']);
  await away(context, bobAgain.session, { away: true });
  t.deepEqual(await now(), ['alice here', 'bob away', 'carol gone']);
  await away(context, bob.session, { away: false });
  t.deepEqual(await now(), ['alice here', 'bob here', 'carol gone']);
  for (const method of ['away', 'typing'] as const)
    for (const state of ['anonymous', 'must-renew', 'needs-vault'] as const)
      t.false(requestTable[method].allowed.includes(state), `${method} ${state}`);
});

test('attack: endless changes of away are limited; repeating the same state costs nothing', async (t) => {
  const { context, login } = await openTestDaemon(t);
  const { session } = login('alice');
  for (let i = 0; i < limitValues.away.burst; i++) {
    await away(context, session, { away: i % 2 === 0 });
    await away(context, session, { away: i % 2 === 0 });
  }
  const before = context.feed.presence('alice');
  await t.throwsAsync(away(context, session, { away: !before.away }), {
    instanceOf: Refusal,
    code: 'rate-limited',
  });
  t.deepEqual(context.feed.presence('alice'), before);
  t.deepEqual(await away(context, session, { away: before.away }), {});
});
