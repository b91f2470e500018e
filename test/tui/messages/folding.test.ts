import test from 'ava';
import * as fc from 'fast-check';
import type { Message } from '../../../src/client/types.ts';
import { isRun, itemsOf } from '../../../src/tui/messages/folding.ts';
import type { Look } from '../../../src/tui/messages/rows.ts';
import { anchorAt, neighbour, scrolled, shownKey, viewOf } from '../../../src/tui/messages/viewport.ts';
import { keyOf } from '../../../src/tui/state/message-list.ts';
import { emptyThread, type Thread } from '../../../src/tui/state/state.ts';
import { message, noon } from '../../helpers/screen/messages.ts';

const HOUR = 3_600_000;
const nobody = new Set<string>();
const look = (blocked: ReadonlySet<string>): Look => ({
  columns: 60,
  me: 'alice',
  bare: false,
  names: 8,
  blocked,
  hit: null,
});
const thread = (messages: readonly Message[], more: Partial<Thread> = {}): Thread => ({
  ...emptyThread('#lobby'),
  messages,
  ...more,
});
const texts = (view: ReturnType<typeof viewOf>) =>
  view.rows.map(({ row }) =>
    row.spans
      .map(({ text }) => text)
      .join('')
      .trim(),
  );
const all = (at: Thread, blocked: ReadonlySet<string>) => texts(viewOf({ ...at, anchor: null }, look(blocked), 1e6));

/** A room's messages: authors, lengths, and the time since the one before. The last one may not have a place yet. */
const room: fc.Arbitrary<Message[]> = fc
  .array(
    fc.record({
      from: fc.constantFrom('alice', 'bob', 'bob', 'carol', 'eve'),
      lines: fc.integer({ min: 1, max: 3 }),
      later: fc.constantFrom(0, 1000, HOUR, 20 * HOUR),
      reply: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((said) => {
    let at = noon;
    return said.map(({ from, lines, later, reply }, i) => {
      at += later;
      const text = Array.from({ length: lines }, (_, line) => `<${from} ${i} ${line}>`).join('\n');
      const body =
        reply && i > 0
          ? ({ kind: 'reply', to: { author: said[i - 1]?.from ?? '', id: `h${i - 1}` }, text } as const)
          : ({ kind: 'text', text } as const);
      return message({ id: `h${i}`, seq: i + 1, from, at, body });
    });
  });
const someBlocked = fc.subarray(['bob', 'eve', 'carol', 'stranger']).map((names) => new Set(names));

test('property: if nobody who wrote is blocked, the rows are unchanged', (t) => {
  fc.assert(
    fc.property(room, fc.option(fc.nat(60), { nil: null }), (messages, newAfter) => {
      const at = thread(messages, { newAfter });
      t.is(itemsOf(at, nobody), messages);
      const strangers = new Set(['stranger']);
      t.is(itemsOf(at, strangers), messages);
      t.deepEqual(viewOf(at, look(strangers), 20), viewOf(at, look(nobody), 20));
    }),
  );
});

test('property: every word of others is shown, no word of blocked people, and their messages are counted', (t) => {
  fc.assert(
    fc.property(room, someBlocked, (messages, blocked) => {
      const shown = all(thread(messages), blocked).join('\n');
      // A quote repeats only the first line, and nothing of blocked people.
      for (const { from, body } of messages)
        for (const line of body.kind === 'file' ? [] : body.text.split('\n'))
          t.is(shown.includes(line), !blocked.has(from), line);
      const counted = [...shown.matchAll(/^(\d+) messages? of \S+, who is blocked$/gm)].map(([, count]) =>
        Number(count),
      );
      t.is(
        counted.reduce((sum, count) => sum + count, 0),
        messages.filter(({ from }) => blocked.has(from)).length,
      );
    }),
  );
});

test('property: scrolling never jumps, whatever is folded', (t) => {
  const steps = fc.array(fc.constantFrom(-1, -3, -10, 1, 3, 10, -1_000_000, 1_000_000), { maxLength: 12 });
  fc.assert(
    fc.property(room, someBlocked, steps, fc.integer({ min: 4, max: 20 }), (messages, blocked, moves, height) => {
      let at = thread(messages);
      const whole = all(at, blocked);
      let below = 0;
      for (const by of moves) {
        at = { ...at, anchor: scrolled(at, look(blocked), height, by) };
        // The first row of the whole list says that it is the beginning; while scrolled up the last row says so.
        const furthest = whole.length + 1 <= height ? 0 : whole.length + 1 - (height - 1);
        below = Math.max(0, Math.min(below - by, furthest));
        const end = whole.length - below;
        const [first = '', ...rest] = whole.slice(Math.max(0, end - (below > 0 ? height - 1 : height)), end);
        const seen = texts(viewOf(at, look(blocked), height));
        // The first row shows the time and the author.
        t.true(seen[0]?.endsWith(first));
        t.deepEqual(seen.slice(1), rest);
      }
    }),
  );
});

test('property: selecting or jumping to any message shows it, and moving goes one item at a time', (t) => {
  fc.assert(
    fc.property(room, someBlocked, (messages, blocked) => {
      const at = thread(messages);
      const view = look(blocked);
      const items = itemsOf(at, blocked);
      const keys = items.map((item) => keyOf(isRun(item) ? item.last : item));
      for (const one of messages) {
        const key = shownKey(at, view, keyOf(one));
        t.true(key !== null && keys.includes(key));
        const anchor = anchorAt(at, view, 9, keyOf(one));
        t.true(viewOf({ ...at, anchor }, view, 9).rows.some((row) => row.key === key));
      }
      keys.forEach((key, i) => {
        t.is(neighbour(at, view, key, 1), keys[i + 1] ?? null);
        t.is(neighbour(at, view, key, -1), keys[i - 1] ?? null);
      });
    }),
    { numRuns: 40 },
  );
});

test('a run is of one person on one day, and an unfolded message is not in it', (t) => {
  const said = (seq: number, from: string, at = noon) => message({ seq, id: `h${seq}`, from, at });
  const messages = [
    said(1, 'bob'),
    said(2, 'bob'),
    said(3, 'eve'),
    said(4, 'bob', noon + 30 * HOUR),
    said(5, 'bob', noon + 30 * HOUR),
    said(6, 'bob', noon + 30 * HOUR),
  ];
  const blocked = new Set(['bob', 'eve']);
  const runs = (at: Thread) =>
    itemsOf(at, blocked).map((item) => (isRun(item) ? `${item.count} ${item.from}` : item.id));
  t.deepEqual(runs(thread(messages)), ['2 bob', '1 eve', '3 bob']);
  const unfolded = [{ from: 'bob', first: 1, last: 4 }];
  t.deepEqual(runs(thread(messages, { unfolded })), ['h1', 'h2', '1 eve', 'h4', '2 bob']);
  t.is(all(thread(messages), blocked).filter((row) => /^─+ .*2026 ─+$/.test(row)).length, 2, 'each day has its line');
});

test('the line "new" stands before the first message that is not folded', (t) => {
  const messages = ['carol', 'bob', 'bob', 'alice', 'bob', 'carol', 'carol'].map((from, i) =>
    message({ seq: i + 1, id: `h${i}`, from, text: `${from} ${i}` }),
  );
  const rows = all(thread(messages, { newAfter: 2 }), new Set(['bob']));
  const line = rows.findIndex((row) => /^─+ new ─+$/.test(row));
  t.regex(rows[line + 1] ?? '', /carol 5$/);
  t.is(rows.filter((row) => /─ new ─/.test(row)).length, 1);
});

test('gaps of others are shown above a run, and those of blocked people are not', (t) => {
  const messages = ['carol', 'bob', 'bob', 'carol'].map((from, i) => message({ seq: i + 1, id: `h${i}`, from }));
  const gap = (from: string, before: number) => ({ conversation: '#lobby', from, before, reason: 'missing' }) as const;
  const at = thread(messages, { gaps: [gap('carol', 3), gap('bob', 2), gap('bob', 4)] });
  const rows = all(at, new Set(['bob']));
  t.is(rows.filter((row) => row.includes('a message of bob is missing')).length, 0);
  t.is(
    rows.findIndex((row) => row.includes('a message of carol is missing')) + 1,
    rows.indexOf('2 messages of bob, who is blocked'),
  );
  t.is(all(at, nobody).filter((row) => row.includes('is missing')).length, 3);
});

test('a quote hides the words of a blocked person', (t) => {
  const reply = { kind: 'reply', to: { author: 'bob', id: 'b' }, text: 'no' } as const;
  const messages = [
    message({ seq: 1, id: 'b', text: 'the insult' }),
    message({ seq: 2, id: 'c', from: 'carol', body: reply }),
  ];
  t.true(all(thread(messages), nobody).join().includes('╭ bob: the insult'));
  const rows = all(thread(messages), new Set(['bob'])).join();
  t.false(rows.includes('insult'));
  t.true(rows.includes('╭ bob, who is blocked'));
});

test('ten thousand folded messages are walked through once, not in every frame', (t) => {
  let read = 0;
  const long = Array.from({ length: 10_000 }, (_, i) =>
    message({ seq: i + 1, id: `h${i}`, from: i === 0 ? 'carol' : 'bob' }),
  );
  const messages = new Proxy(long, {
    get: (list, name, self) => {
      if (typeof name === 'string' && /^\d+$/.test(name)) read++;
      return Reflect.get(list, name, self);
    },
  });
  const view = look(new Set(['bob']));
  const at = thread(messages);
  viewOf(at, view, 40);
  const first = read;
  t.true(first <= long.length + 10, String(first));
  for (let i = 0; i < 100; i++) {
    t.true(viewOf(at, view, 40).top);
    scrolled(at, view, 40, -10);
    scrolled(at, view, 40, -1_000_000_000);
    shownKey(at, view, 'bob/h9999');
  }
  t.true(read - first <= 500, String(read - first));
});
