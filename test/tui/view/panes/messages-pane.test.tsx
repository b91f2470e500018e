import test from 'ava';
import type { ClientEvent } from '../../../../src/client/types.ts';
import { printable } from '../../../../src/protocol/base/safe-text.ts';
import { cleanEvent } from '../../../../src/tui/text/clean.ts';
import { width } from '../../../../src/tui/width/measure.ts';
import { clientEvents } from '../../../helpers/screen/events.ts';
import { draw, sizes } from '../../../helpers/screen/frames.tsx';
import { message, noon } from '../../../helpers/screen/messages.ts';

const england = '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}';

test('send states, answers, reactions, edits and deletions are shown in words or signs', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 40 });
  enter();
  const own = { from: 'alice' };
  const text = (
    await after({
      type: 'history',
      conversation: '#lobby',
      gaps: [],
      more: false,
      messages: [
        message({ ...own, seq: 1, state: 'sent', text: 'was sent' }),
        message({ ...own, seq: 2, state: 'delivered', text: 'was delivered' }),
        message({ seq: 3, id: 'q', text: 'a question' }),
        message({ ...own, seq: 4, body: { kind: 'reply', to: { author: 'bob', id: 'q' }, text: 'an answer' } }),
        message({
          seq: 5,
          edited: true,
          text: 'better',
          reactions: { '👍': ['bob', 'alice'], '\u202econstructor': ['bob'], [england]: ['bob'] },
        }),
        message({ seq: 6, deleted: true, text: 'gone' }),
        message({ seq: 7, text: 'held back', sentAt: noon - 29 * 86_400_000 }),
        message({ ...own, seq: null, id: 'w', state: 'sending', text: 'on its way' }),
        message({ ...own, seq: null, id: 'f', state: 'failed', error: 'it is too large', text: 'refused' }),
      ],
    })
  ).join('\n');
  for (const sign of [
    /was sent +✓ /,
    /was delivered +✓✓/,
    /╭ bob: a question/,
    /an answer/,
    /better \(edited\)/,
    /👍 2 {3}\ufffdconstr… 1 {3}\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 1/u,
    /deleted/,
    /held back \(written \S+ \S+ \d\d:\d\d\)/,
    /on its way +… /,
    /refused +✗ /,
    /not sent: it is too large/,
  ]) {
    t.regex(text, sign);
  }
  t.notRegex(text, /gone/);
});

test('an answer quotes the author it names, even if a newer message of another author has that id', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 40 });
  enter();
  const body = (author: string) => ({ kind: 'reply', to: { author, id: 'q' }, text: `to ${author}` }) as const;
  const lines = await after({
    type: 'history',
    conversation: '#lobby',
    gaps: [],
    more: false,
    messages: [
      message({ seq: 1, id: 'q', from: 'bob', text: 'a question' }),
      message({ seq: 2, id: 'q', from: 'carol', text: 'a lie' }),
      message({ seq: 3, from: 'alice', body: body('bob') }),
      message({ seq: 4, from: 'alice', body: body('dave') }),
    ],
  });
  const text = lines.join('\n');
  t.regex(text, /╭ bob: a question.*\n.*to bob/);
  t.notRegex(text, /╭ carol/);
  t.is(text.match(/a lie/g)?.length, 1);
});

test('combining marks, joiners and right-to-left text stay in their row', async (t) => {
  const { enter, after } = draw(t, { columns: 90, rows: 24 });
  enter();
  const texts = [
    'e\u0301'.repeat(2000),
    `x${'\u0300'.repeat(2047)}`,
    'שלום עולם '.repeat(50),
    'مرحبا بالعالم '.repeat(50),
    '\t'.repeat(100),
    '👩‍👩‍👧‍👦'.repeat(100),
  ];
  const news = texts.map(
    (text, i): ClientEvent => cleanEvent({ type: 'message', fresh: true, message: message({ seq: i + 1, text }) }),
  );
  for (const one of news) {
    const rows = await after({ type: 'client-events', events: [one] });
    t.is(rows.length, 24);
    for (const row of rows) t.true(width(row) <= 90);
  }
  t.is(printable('a\u202eb'), 'a\ufffdb');
});

test('a run of a blocked person is one row, complete also in a narrow window', async (t) => {
  for (const size of sizes) {
    const { after, enter } = draw(t, size);
    enter(['alice', 'bob', 'carol']);
    const messages = [1, 2, 3].map((seq) => message({ seq, id: `m${seq}`, from: seq === 3 ? 'carol' : 'bob' }));
    const frame = await after(
      { type: 'history', conversation: '#lobby', messages, gaps: [], more: false },
      { type: 'blocked', name: 'bob', on: true },
    );
    t.is(frame.filter((line) => line.includes('2 messages of bob, who is blocked')).length, 1);
    t.false(frame.some((line) => /text [12]/.test(line)));
    t.true(frame.some((line) => line.includes('text 3')));
    const chosen = await after(
      { type: 'focused', focus: 'messages' },
      { type: 'moved', move: 'up' },
      { type: 'moved', move: 'up' },
    );
    t.true(chosen.some((line) => /▌ +2 messages of bob/.test(line)));
    t.regex(chosen.at(-1) ?? '', /Enter shows them/);
  }
});

test('a page that could not be fetched says how to fetch it', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 30 });
  enter();
  const failed = { type: 'thread', conversation: '#lobby', change: { loaded: 'failed' } } as const;
  t.regex((await after(failed)).join('\n'), /could not be fetched; PgUp tries again/);
  const lost = { state: 'waiting', retryAt: 0, reason: 'connection lost' } as const;
  t.regex((await after(clientEvents({ type: 'link', link: lost }))).join('\n'), /they come when the link is back/);
});
