import test from 'ava';
import { move, open } from '../../helpers/screen/events.ts';
import { message } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';
import { visibleRows } from '../../helpers/screen/seen-rows.ts';

test('messages of blocked people do not move a scrolled window and are not counted below', (t) => {
  const screen = new ScreenState({ blocked: ['bob'] }).history(200, () => ({ from: 'carol' })).do(move('page-up'));
  const before = visibleRows(screen);
  screen.arrive(message({ seq: 201, id: 'n1' }), message({ seq: 202, id: 'n2' }));
  t.deepEqual(visibleRows(screen), before);
  t.is(screen.thread.below, 0);
  screen.arrive(message({ seq: 203, id: 'n3', from: 'carol' }));
  t.is(screen.thread.below, 1);
});

test('blocking hides messages on the screen and removes none', (t) => {
  const screen = new ScreenState().history(5, (seq) => ({ from: seq < 4 ? 'bob' : 'carol' }));
  const [before, held] = [visibleRows(screen), screen.thread.messages];
  screen.do({ type: 'about', about: { do: 'reply', message: message({ seq: 1, id: 'h1' }) } });
  screen.do({ type: 'blocked', name: 'bob', on: true });
  t.true(visibleRows(screen).includes('3 messages of bob, who is blocked'));
  t.is(visibleRows(screen).filter((row) => /text [123]/.test(row)).length, 0);
  t.is(screen.thread.about, null, 'nothing is answered that is not seen');
  t.is(screen.thread.messages, held);
  screen.do({ type: 'blocked', name: 'bob', on: false });
  t.deepEqual(visibleRows(screen), before);
});

test('a private conversation with a blocked person is hidden, and complete after unblocking', (t) => {
  const messages = ['bob', 'alice'].map((from, i) =>
    message({ seq: i + 1, id: `p${i}`, conversation: '@bob', from, to: from === 'bob' ? 'alice' : 'bob' }),
  );
  const screen = new ScreenState().do(open('@bob'), {
    type: 'history',
    conversation: '@bob',
    messages,
    gaps: [],
    more: false,
  });
  const before = visibleRows(screen);
  screen.do({ type: 'blocked', name: 'bob', on: true }, move('page-up'));
  screen.do({ type: 'focused', focus: 'messages' }, move('up'));
  t.deepEqual(visibleRows(screen), []);
  t.is(screen.thread.selected, null);
  screen.do({ type: 'blocked', name: 'bob', on: false });
  t.deepEqual(visibleRows(screen), before);
});

test('a folded run is selected as one and stays selected while it grows; leaving folds it again', (t) => {
  const screen = new ScreenState({ blocked: ['bob'] }).history(6, (seq) => ({ from: seq > 2 ? 'bob' : 'carol' }));
  screen.do({ type: 'focused', focus: 'messages' }, move('up'));
  t.is(screen.thread.selected, 'bob/h6');
  screen.arrive(message({ seq: 7, id: 'h7' }));
  screen.do(move('up'));
  t.is(screen.thread.selected, 'carol/h2');
  screen.do({ type: 'unfolded', conversation: '#lobby', run: { from: 'bob', first: 3, last: 6 } });
  t.true(visibleRows(screen).some((row) => row.endsWith('text 6')));
  t.is(visibleRows(screen).at(-1), '1 message of bob, who is blocked');
  screen.do(open('@carol'), open('#lobby'));
  t.is(visibleRows(screen).at(-1), '5 messages of bob, who is blocked');
});
