import test from 'ava';
import { move, open } from '../../helpers/screen/events.ts';
import { message } from '../../helpers/screen/messages.ts';
import { Play } from '../../helpers/screen/screen-state.ts';
import { seen } from '../../helpers/screen/seen-rows.ts';

test('messages of blocked people do not move a scrolled window and are not counted below', (t) => {
  const play = new Play({ blocked: ['bob'] }).history(200, () => ({ from: 'carol' })).do(move('page-up'));
  const before = seen(play);
  play.arrive(message({ seq: 201, id: 'n1' }), message({ seq: 202, id: 'n2' }));
  t.deepEqual(seen(play), before);
  t.is(play.thread.below, 0);
  play.arrive(message({ seq: 203, id: 'n3', from: 'carol' }));
  t.is(play.thread.below, 1);
});

test('blocking hides messages on the screen and removes none', (t) => {
  const play = new Play().history(5, (seq) => ({ from: seq < 4 ? 'bob' : 'carol' }));
  const [before, held] = [seen(play), play.thread.messages];
  play.do({ type: 'about', about: { do: 'reply', message: message({ seq: 1, id: 'h1' }) } });
  play.do({ type: 'blocked', name: 'bob', on: true });
  t.true(seen(play).includes('3 messages of bob, who is blocked'));
  t.is(seen(play).filter((row) => /text [123]/.test(row)).length, 0);
  t.is(play.thread.about, null, 'nothing is answered that is not seen');
  t.is(play.thread.messages, held);
  play.do({ type: 'blocked', name: 'bob', on: false });
  t.deepEqual(seen(play), before);
});

test('a private conversation with a blocked person is hidden, and complete after unblocking', (t) => {
  const messages = ['bob', 'alice'].map((from, i) =>
    message({ seq: i + 1, id: `p${i}`, conversation: '@bob', from, to: from === 'bob' ? 'alice' : 'bob' }),
  );
  const play = new Play().do(open('@bob'), { type: 'history', conversation: '@bob', messages, gaps: [], more: false });
  const before = seen(play);
  play.do({ type: 'blocked', name: 'bob', on: true }, move('page-up'));
  play.do({ type: 'focused', focus: 'messages' }, move('up'));
  t.deepEqual(seen(play), []);
  t.is(play.thread.selected, null);
  play.do({ type: 'blocked', name: 'bob', on: false });
  t.deepEqual(seen(play), before);
});

test('a folded run is selected as one and stays selected while it grows; leaving folds it again', (t) => {
  const play = new Play({ blocked: ['bob'] }).history(6, (seq) => ({ from: seq > 2 ? 'bob' : 'carol' }));
  play.do({ type: 'focused', focus: 'messages' }, move('up'));
  t.is(play.thread.selected, 'bob/h6');
  play.arrive(message({ seq: 7, id: 'h7' }));
  play.do(move('up'));
  t.is(play.thread.selected, 'carol/h2');
  play.do({ type: 'unfolded', conversation: '#lobby', run: { from: 'bob', first: 3, last: 6 } });
  t.true(seen(play).some((row) => row.endsWith('text 6')));
  t.is(seen(play).at(-1), '1 message of bob, who is blocked');
  play.do(open('@carol'), open('#lobby'));
  t.is(seen(play).at(-1), '5 messages of bob, who is blocked');
});
