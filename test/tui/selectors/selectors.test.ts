import test from 'ava';
import * as fc from 'fast-check';
import { destinations } from '../../../src/tui/selectors/search.ts';
import { peopleOf, unreadCount } from '../../../src/tui/selectors/selectors.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { message, person } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

const conversation = (name: '@bob' | '@carol' | '#lobby', unread: number, head = 5): Event => ({
  type: 'client-events',
  events: [{ type: 'conversation', conversation: { name, head, read: head - unread, unread, at: 0 } }],
});

test('rooms are listed first, then people by name; oneself only with notes', (t) => {
  const screen = new ScreenState({ people: [person('zoe'), person('alice'), person('bob')] });
  t.deepEqual(
    peopleOf(screen.chat).map(({ name }) => name),
    ['#lobby', '@bob', '@zoe'],
  );
  screen.do({
    type: 'client-events',
    events: [{ type: 'conversation', conversation: { name: '@alice', head: 1, read: 1, unread: 0, at: 0 } }],
  });
  t.deepEqual(
    peopleOf(screen.chat).map(({ name }) => name),
    ['#lobby', '@alice', '@bob', '@zoe'],
  );
});

test('unread counts, drafts, presence and changed keys are listed', (t) => {
  const screen = new ScreenState();
  const bob = () => peopleOf(screen.chat).find(({ name }) => name === '@bob');
  t.is(screen.do(conversation('@bob', 2)) && bob()?.unread, 2);
  t.is(unreadCount(screen.chat), 2);
  screen.do(
    { type: 'opened', conversation: '@bob' },
    { type: 'typed', text: 'x' },
    { type: 'opened', conversation: '#lobby' },
  );
  t.true(bob()?.draft);
  screen.do({
    type: 'client-events',
    events: [{ type: 'people', people: [person('bob', { online: false, changedTo: 'ff' })] }],
  });
  t.false(bob()?.online);
  t.true(bob()?.changed);
});

test('a room in which I was mentioned is marked until it is read', (t) => {
  const screen = new ScreenState();
  const lobby = () => peopleOf(screen.chat).find(({ name }) => name === '#lobby')?.mentioned;
  const me = screen.chat.me.name;
  const said = (seq: number, text: string, from = 'bob'): Event => ({
    type: 'client-events',
    events: [{ type: 'message', message: message({ seq, text, from }), fresh: true }],
  });
  screen.do({ type: 'opened', conversation: '@bob' }, said(1, 'for nobody'), conversation('#lobby', 1, 1));
  t.false(lobby());
  screen.do(said(2, `@${me}, look`, me), conversation('#lobby', 2, 2));
  t.false(lobby(), 'not by oneself');
  screen.do(said(3, `@${me}, look`), conversation('#lobby', 3, 3));
  t.true(lobby());
  screen.do(conversation('#lobby', 0, 3));
  t.false(lobby());
});

test('property: the cached list equals a new one', (t) => {
  const events: fc.Arbitrary<Event> = fc.oneof(
    fc
      .tuple(fc.constantFrom('@bob' as const, '@carol' as const, '#lobby' as const), fc.nat(3), fc.nat(9))
      .map(([name, unread, head]) => conversation(name, unread, head)),
    fc.constantFrom('#lobby' as const, '@bob' as const).map((name): Event => ({ type: 'opened', conversation: name })),
    fc.constantFrom('a', 'b').map((text): Event => ({ type: 'typed', text })),
    fc.boolean().map((on): Event => ({ type: 'muted', conversation: '#lobby', on })),
    fc.boolean().map((on): Event => ({ type: 'blocked', name: 'bob', on })),
    fc.tuple(fc.constantFrom('bob', 'carol'), fc.integer({ min: 1, max: 9 })).map(
      ([from, seq]): Event => ({
        type: 'client-events',
        events: [{ type: 'message', message: message({ seq, from }), fresh: true }],
      }),
    ),
    fc.constant<Event>({ type: 'edited', edit: 'delete-to-start' }),
    fc.boolean().map(
      (online): Event => ({
        type: 'client-events',
        events: [{ type: 'people', people: [person('bob', { online })] }],
      }),
    ),
  );
  fc.assert(
    fc.property(fc.array(events), (all) => {
      const screen = new ScreenState();
      for (const event of all) {
        screen.do(event);
        const cached = peopleOf(screen.chat);
        // Another chat in between causes a new list.
        peopleOf(new ScreenState({ people: [] }).chat);
        t.deepEqual(cached, peopleOf(screen.chat));
      }
    }),
    { numRuns: 50 },
  );
});

test('a muted conversation keeps its count but is not in the total; a blocked person is last and counts nothing', (t) => {
  const screen = new ScreenState({ people: [person('alice'), person('bob'), person('zoe')] }).do(
    { type: 'opened', conversation: '@zoe' },
    conversation('#lobby', 2),
    conversation('@bob', 3),
    { type: 'muted', conversation: '#lobby', on: true },
  );
  const listed = (name: string) => peopleOf(screen.chat).find((item) => item.name === name);
  t.is(unreadCount(screen.chat), 3);
  t.like(listed('#lobby'), { unread: 2, muted: true });
  t.is(destinations(screen.chat, '')[0]?.target, '@bob', 'what is muted waits for nobody');
  screen.do({ type: 'blocked', name: 'bob', on: true });
  t.is(unreadCount(screen.chat), 0);
  t.like(listed('@bob'), { unread: 0, blocked: true });
  t.deepEqual(
    peopleOf(screen.chat).map(({ name }) => name),
    ['#lobby', '@zoe', '@bob'],
  );
  screen.do({ type: 'blocked', name: 'bob', on: false }, { type: 'muted', conversation: '#lobby', on: false });
  t.is(unreadCount(screen.chat), 5);
  t.is(unreadCount(screen.chat, '@bob'), 2);
});

test('messages and mentions of blocked people in a room are not counted, and count again after unblocking', (t) => {
  const screen = new ScreenState().do({ type: 'opened', conversation: '@carol' });
  const lobby = () => peopleOf(screen.chat)[0];
  screen.do({ type: 'blocked', name: 'bob', on: true });
  screen.arrive(
    message({ seq: 1, text: '@alice!' }),
    message({ seq: 2, id: 'c', from: 'carol' }),
    message({ seq: 3, id: 'd' }),
  );
  screen.do(conversation('#lobby', 3, 3));
  t.like(lobby(), { unread: 1, mentioned: false });
  t.is(screen.chat.threads['#lobby']?.newAfter, null, 'nothing was held before');
  screen.do({ type: 'blocked', name: 'bob', on: false });
  t.like(lobby(), { unread: 3, mentioned: true });
  screen.do({ type: 'blocked', name: 'bob', on: true });
  t.like(lobby(), { unread: 1, mentioned: false });
});

test('a block applies to the exact name, whatever its key', (t) => {
  const screen = new ScreenState({ people: [person('bob'), person('Bob')], blocked: ['bob'] });
  screen.do({
    type: 'client-events',
    events: [{ type: 'people', people: [person('bob', { fingerprint: 'ff', changedTo: 'ee' })] }],
  });
  t.deepEqual(
    peopleOf(screen.chat)
      .filter((item) => item.blocked)
      .map(({ name }) => name),
    ['@bob'],
  );
});
