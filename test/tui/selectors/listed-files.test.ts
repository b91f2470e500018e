import test from 'ava';
import { destinations, searchHits } from '../../../src/tui/selectors/search.ts';
import { filesOf } from '../../../src/tui/selectors/selectors.ts';
import { file, message, transfer } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

test("of two files that a dishonest server lists under one id, only the right author's is shown as transferred", (t) => {
  const done = transfer({ id: 'a', author: 'bob', direction: 'down', state: 'done', note: '/tmp/n' });
  const screen = new ScreenState().do(
    { type: 'files', files: [file({ id: 'a', from: 'bob' })] },
    { type: 'client-events', events: [{ type: 'transfer', transfer: done }] },
  );
  const saved = () => filesOf(screen.chat).map((item) => item.saved);
  t.deepEqual(saved(), ['/tmp/n']);
  screen.do({ type: 'files', files: [file({ id: 'a', from: 'bob' }), file({ id: 'a', from: 'carol' })] });
  t.deepEqual(saved(), ['/tmp/n', null]);
});

test('a file of a former key and one of the current key are two files with their own transfers', (t) => {
  const moving = transfer({ id: 'a', author: 'bob', name: 'n', direction: 'down' });
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
          transfer: transfer({ id: 'u' }),
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
  const fetched = transfer({ id: 'a', author: 'bob', direction: 'down' });
  screen.do({
    type: 'client-events',
    events: [{ type: 'transfer', transfer: fetched }],
  });
  t.deepEqual(seen()[0], ['b'], 'nor while it is fetched');
  screen.do({ type: 'blocked', name: 'bob', on: false });
  t.deepEqual(seen(), before);
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
