import test from 'ava';
import * as fc from 'fast-check';
import { destinations, searchHits } from '../../../src/tui/selectors/search.ts';
import { filesOf, peopleOf, unreadCount } from '../../../src/tui/selectors/selectors.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { file, message, person } from '../../helpers/screen/messages.ts';
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

test("of two files that a dishonest server lists under one id, only the right author's is shown as transferred", (t) => {
  const transfer = {
    id: 'a',
    author: 'bob',
    direction: 'down',
    name: 'n',
    conversation: '#lobby',
    size: 1,
    done: 1,
    rate: 0,
  } as const;
  const screen = new ScreenState().do(
    { type: 'files', files: [file({ id: 'a', from: 'bob' })] },
    { type: 'client-events', events: [{ type: 'transfer', transfer: { ...transfer, state: 'done', note: '/tmp/n' } }] },
  );
  const saved = () => filesOf(screen.chat).map((item) => item.saved);
  t.deepEqual(saved(), ['/tmp/n']);
  screen.do({ type: 'files', files: [file({ id: 'a', from: 'bob' }), file({ id: 'a', from: 'carol' })] });
  t.deepEqual(saved(), ['/tmp/n', null]);
});

test('a file of a former key and one of the current key are two files with their own transfers', (t) => {
  const about = { id: 'a', name: 'n', conversation: '#lobby', size: 1, done: 1, rate: 0 } as const;
  const moving = { ...about, author: 'bob', direction: 'down', state: 'running', note: null } as const;
  const old = file({ id: 'a', from: 'bob', formerKey: true, name: 'old' });
  const screen = new ScreenState().do(
    { type: 'files', files: [old] },
    { type: 'client-events', events: [{ type: 'transfer', transfer: moving }] },
  );
  const shown = () => filesOf(screen.chat).map(({ file: { name }, transfer }) => [name, transfer?.state ?? null]);
  t.deepEqual(
    shown(),
    [
      ['n', 'running'],
      ['old', null],
    ],
    'it is not taken for the one that is listed',
  );
  screen.do({ type: 'files', files: [old, file({ id: 'a', from: 'bob', name: 'new' })] });
  t.deepEqual(new Set(shown().map(String)), new Set(['old,', 'new,running']));
});

test('files of the open conversation are listed, running transfers first, then the newest', (t) => {
  const screen = new ScreenState().do(
    {
      type: 'files',
      files: [file({ id: 'a', at: 1 }), file({ id: 'b', at: 2 }), file({ id: 'c', at: 3, conversation: '@bob' })],
    },
    {
      type: 'client-events',
      events: [
        {
          type: 'transfer',
          transfer: {
            id: 'u',
            author: 'alice',
            direction: 'up',
            name: 'n',
            conversation: '#lobby',
            size: 1,
            done: 0,
            rate: 0,
            state: 'running',
            note: null,
          },
        },
      ],
    },
  );
  t.deepEqual(
    filesOf(screen.chat).map(({ file: { id } }) => id),
    ['u', 'b', 'a'],
  );
  t.is(filesOf(screen.chat)[0]?.file, filesOf(screen.chat)[0]?.file);
});

test('a file message lists its file, and deleting it removes the file', (t) => {
  const screen = new ScreenState().arrive(
    message({ seq: 1, id: 'm', body: { kind: 'file', file: file({ id: 'x' }) } }),
  );
  t.is(filesOf(screen.chat).length, 1);
  screen.arrive(message({ seq: 1, id: 'm', deleted: true, body: { kind: 'file', file: file({ id: 'x' }) } }));
  t.is(filesOf(screen.chat).length, 0);
});

test('the switcher finds by a few letters, the search by words and authors', (t) => {
  const screen = new ScreenState().history(5, (seq) => ({ text: seq === 3 ? 'The Needle' : 'hay' }));
  t.is(destinations(screen.chat, 'crl')[0]?.target, '@carol');
  t.is(destinations(screen.chat, '.thm')[0]?.target, '.theme');
  t.is(destinations(screen.chat, '')[0]?.kind, 'room');
  t.deepEqual(
    searchHits(screen.chat, 'needle').map(({ id }) => id),
    ['h3'],
  );
  t.is(searchHits(screen.chat, 'needle BOB').length, 1, 'each word, in any order');
  t.is(searchHits(new ScreenState().history(1, () => ({ text: 'Señor José' })).chat, 'jose senor').length, 1);
  t.is(searchHits(screen.chat, 'bob').length, 5);
  t.deepEqual(searchHits(screen.chat, ' '), []);
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

test('files and messages of blocked people are not found, and are found again after unblocking', (t) => {
  const screen = new ScreenState()
    .history(4, (seq) => ({ text: 'needle', from: seq % 2 ? 'bob' : 'carol' }))
    .do({
      type: 'files',
      files: [file({ id: 'a' }), file({ id: 'b', from: 'carol', name: 'summary.pdf' })],
    });
  screen.arrive(message({ seq: 9, id: 'p', conversation: '@bob', from: 'alice', to: 'bob', text: 'needle' }));
  const seen = () => [
    filesOf(screen.chat).map((item) => item.file.id),
    destinations(screen.chat, 'pdf').map(({ target }) => target),
    searchHits(screen.chat, 'needle').length,
  ];
  const before = seen();
  t.deepEqual(before, [['a', 'b'], ['#lobby/bob/a', '#lobby/carol/b'], 5]);
  screen.do({ type: 'blocked', name: 'bob', on: true });
  t.deepEqual(seen(), [['b'], ['#lobby/carol/b'], 2]);
  const transfer = {
    id: 'a',
    author: 'bob',
    direction: 'down',
    name: 'x',
    conversation: '#lobby',
    size: 1,
    done: 0,
    rate: 0,
  } as const;
  screen.do({
    type: 'client-events',
    events: [{ type: 'transfer', transfer: { ...transfer, state: 'running', note: null } }],
  });
  t.deepEqual(seen()[0], ['b'], 'nor while it is fetched');
  screen.do({ type: 'blocked', name: 'bob', on: false });
  t.deepEqual(seen(), before);
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

test('files of two people under one id are both listed, and each is removed with its own message', (t) => {
  const screen = new ScreenState();
  const shared = (from: string, seq: number, deleted = false) => {
    const theirs = file({ id: 'same', from, name: `${from}.txt`, at: seq });
    return {
      type: 'message',
      message: message({ seq, from, deleted, body: { kind: 'file', file: theirs } }),
      fresh: true,
    } as const;
  };
  const names = () => filesOf(screen.chat).map(({ file: { name } }) => name);
  screen.do({ type: 'client-events', events: [shared('bob', 1), shared('eve', 2)] });
  t.deepEqual(names(), ['eve.txt', 'bob.txt']);
  screen.do({ type: 'client-events', events: [shared('eve', 2, true)] });
  t.deepEqual(names(), ['bob.txt']);
});
