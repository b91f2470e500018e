/** The window of messages: its first and last row, search hits, and the width of texts. */
import test from 'ava';
import type { Message } from '../../../src/client/types.ts';
import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { layoutFor, lookOf } from '../../../src/tui/selectors/selectors.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { move } from '../../helpers/screen/events.ts';
import { draw } from '../../helpers/screen/frames.tsx';
import { message, noon, person } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

const rowsOf = (screen: ScreenState) => {
  const { look, height } = lookOf(screen.state);
  return viewOf(screen.thread, look, height).rows.map(({ row }) => row.spans);
};
const textOf = (spans: ReturnType<typeof rowsOf>[number]) => spans.map(({ text }) => text).join('');
const history = (messages: Message[], more = false): Event => ({
  type: 'history',
  conversation: '#lobby',
  messages,
  gaps: [],
  more,
});

test('the note after a text that fills its row has a row of its own', async (t) => {
  const { enter, after } = draw(t, { columns: 100, rows: 30 });
  enter();
  const columns = 100;
  const room = Math.max(
    ...Array.from({ length: columns }, (_, i) => i + 1).filter((length) => {
      const screen = new ScreenState({ columns, people: [person('alice'), person('bob')] });
      screen.do(history([message({ text: 'x'.repeat(length) })]));
      return rowsOf(screen).length === 2;
    }),
  );
  const rows = await after(
    history([
      message({ seq: 1, text: 'x'.repeat(room), edited: true, late: true }),
      message({ seq: 2, text: 'short', edited: true }),
    ]),
  );
  const at = rows.findIndex((row) => row.includes('xxx'));
  t.regex(rows[at + 1] ?? '', /│ +\(edited\) \(sealed to an old key\)/);
  t.regex(rows[at + 2] ?? '', /short \(edited\)/);
});

test('the first row shows time and author, also in the middle of a run or of a long message', (t) => {
  const run = Array.from({ length: 100 }, (_, i) => message({ seq: i + 1, id: `h${i}`, at: noon }));
  const long = message({ seq: 101, id: 'long', from: 'carol', text: 'word '.repeat(800), at: noon + 1000 });
  const screen = new ScreenState({ rows: 24 }).do(history([...run, long]));
  for (let i = 0; i < 9; i++) {
    const first = textOf(rowsOf(screen)[0] ?? []);
    t.regex(first, /^ \d\d:\d\d +(bob|carol) {2}\S/, `page ${i}: ${first}`);
    screen.do(move('page-up'));
  }
  screen.do(move('newest'));
  t.regex(textOf(rowsOf(screen)[0] ?? []), /carol {2}word/);
  t.notRegex(textOf(rowsOf(screen)[1] ?? []), /carol/);
});

test('a gap after the newest message is shown below it and above unsent ones', (t) => {
  const screen = new ScreenState({ rows: 24 }).do(history([message({ seq: 1, id: 'h1' })]));
  const shown = () => rowsOf(screen).map((spans) => textOf(spans).trim());
  const gap = { conversation: '#lobby', from: 'bob', reason: 'key-changed' } as const;
  for (const before of [2, 3]) screen.do({ type: 'client-events', events: [{ type: 'gap', gap: { ...gap, before } }] });
  t.regex(shown().at(-1) ?? '', /bob's key changed: \.verify bob/);
  screen.do({
    type: 'client-events',
    events: [{ type: 'message', message: message({ seq: null, id: 'mine', text: 'on its way' }), fresh: true }],
  });
  const rows = shown();
  t.is(rows.filter((row) => row.includes("bob's key changed")).length, 1);
  t.true(
    rows.findIndex((row) => row.includes("bob's key changed")) < rows.findIndex((row) => row.includes('on its way')),
  );
  screen.do({
    type: 'client-events',
    events: [{ type: 'message', message: message({ seq: 4, id: 'h4', text: 'later' }), fresh: true }],
  });
  t.is(shown().filter((row) => row.includes("bob's key changed")).length, 1);
});

test('the oldest page begins with a row that says so', async (t) => {
  const { enter, after } = draw(t, { columns: 120, rows: 24 });
  enter();
  await after(history(Array.from({ length: 60 }, (_, i) => message({ seq: i + 1, id: `h${i}` }))));
  const rows = await after(move('oldest'));
  t.regex(rows[2] ?? '', /the beginning of this conversation/);
  t.regex(rows[3] ?? '', /─ .*2026.* ─/);
  t.regex(rows[4] ?? '', /text 1 /);
  t.regex(rows.find((row) => row.includes('newer messages below')) ?? '', /↓ newer messages below · Esc goes there/);
});

test('a conversation that fits is not scrolled', (t) => {
  for (let count = 1; count < 40; count++) {
    const screen = new ScreenState({ rows: 24 }).history(count);
    const height = layoutFor(screen.state).body;
    const all = count + 1;
    screen.do(move('page-up'));
    t.is(screen.thread.anchor === null, all + 1 <= height, String(count));
    screen.do(move('oldest'));
    if (screen.thread.anchor !== null) t.regex(textOf(rowsOf(screen)[1] ?? []), /text 1$/);
  }
});

test('a search leads to the row with the words and highlights them until the next key', (t) => {
  const text = `${'hay '.repeat(900)}Needle (a*b) ${'hay '.repeat(900)}`;
  const messages = Array.from({ length: 50 }, (_, i) => message({ seq: i + 1, id: `h${i + 1}` }));
  const screen = new ScreenState({ rows: 24 }).do(history([...messages, message({ seq: 51, id: 'long', text })]));
  for (const words of ['needle', '(A*B)']) {
    screen.do({ type: 'jumped', conversation: '#lobby', key: 'bob/long', words });
    const marked = rowsOf(screen)
      .flat()
      .filter(({ role }) => role === 'selected');
    t.deepEqual(
      marked.map(({ text: found }) => found.toLowerCase()),
      [words.toLowerCase()],
    );
    screen.arrive(message({ seq: 60, id: `n${words}` }));
    t.true(
      rowsOf(screen)
        .flat()
        .some(({ role }) => role === 'selected'),
      'news are no key',
    );
    screen.do(move('down'));
    t.false(
      rowsOf(screen)
        .flat()
        .some(({ role }) => role === 'selected'),
    );
  }
});

test('texts have at least 41 columns from a width of 80 on, and a file has room for its sender', (t) => {
  for (let columns = 80; columns <= 220; columns++) {
    const screen = new ScreenState({ columns, people: [person('alice'), person('bob')] }).history(1, () => ({
      text: 'x '.repeat(999),
    }));
    const widest = Math.max(
      ...rowsOf(screen)
        .slice(1)
        .map((spans) => textOf(spans.slice(spans.length - 1)).trim().length),
    );
    t.true(widest >= 41, `${columns}: ${widest}`);
    const { files } = layoutFor(screen.state);
    t.true(files === 0 || files >= 22);
  }
});
