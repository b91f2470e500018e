import test from 'ava';
import fc from 'fast-check';
import { reactionsOf } from '../../../src/client/cache/message-changes.ts';
import type { ClientEvent } from '../../../src/client/types.ts';
import { cleanMessage } from '../../../src/tui/text/clean.ts';
import { arrives, changes, printer } from '../../helpers/screen/event-printer.ts';
import { message, noon } from '../../helpers/screen/messages.ts';

test('a line names the author, and the conversation unless it is the open one', (t) => {
  const { hears } = printer();
  t.deepEqual(hears(arrives({ text: 'hi' })), ['bob: hi']);
  t.deepEqual(hears(arrives({ text: 'psst', conversation: '@bob', to: 'alice' })), ['bob to you: psst']);
  t.deepEqual(hears(arrives({ text: 'x', conversation: '#other' })), ['bob in #other: x']);
  const reply = { kind: 'reply', to: { author: 'carol', id: 'known' }, text: 'yes' } as const;
  t.deepEqual(hears(arrives({ seq: 2, body: reply })), ['bob, answering carol: yes']);
  t.deepEqual(hears(arrives({ seq: 3, body: { ...reply, to: { author: 'dave', id: 'known' } } })), ['bob: yes']);
});

test('a message that was written at another time than it arrived shows when', (t) => {
  const { hears } = printer();
  const [held = ''] = hears(arrives({ text: 'hi', sentAt: noon - 29 * 86_400_000 }));
  t.regex(held, /^bob, written \S+ \S+ \d\d:\d\d: hi$/);
  const [ahead = ''] = hears(arrives({ seq: 2, text: 'hi', sentAt: noon + 3_600_000 }));
  t.regex(ahead, /^bob, written \d\d:\d\d: hi$/);
});

test("no line of a text can imitate another person's message", (t) => {
  const { hears } = printer();
  t.deepEqual(hears(arrives({ text: 'one\n\ncarol: two' })), ['bob: one', 'bob goes on: carol: two']);
});

test('each line of a text is printed as one line and names its author', (t) => {
  const letters = fc.constantFrom(
    'a',
    ':',
    ' ',
    '\n',
    '\r',
    '\u2028',
    '\u0085',
    '\u001b',
    '\u202e',
    '\u0007',
    '漢',
    '\v',
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: letters })), (text) => {
      const said = cleanMessage(message({ text: `x${text}` }));
      for (const line of printer().hears({ type: 'message', message: said, fresh: true })) {
        t.regex(line, /^bob(?: goes on)?: /);
        t.notRegex(line, /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e]/u);
      }
    }),
  );
});

test('a message is printed once', (t) => {
  const { hears } = printer();
  t.is(hears(arrives({ text: 'hi' }), arrives({ text: 'hi' })).length, 1);
  t.deepEqual(hears(changes({ text: 'hi' }), changes({ seq: 9, text: 'old history' })), []);
});

test('a message of mine has one place', (t) => {
  const { hears, places } = printer();
  const mine = { from: 'alice', id: 'm', text: 'hi' } as const;
  hears(changes({ ...mine, seq: null, state: 'sending' }));
  t.deepEqual(places, []);
  hears(changes({ ...mine, seq: 4, state: 'sent' }), changes({ ...mine, seq: 4, state: 'delivered' }));
  hears(changes({ ...mine, id: 'of another device', seq: 5, state: 'sent' }));
  t.deepEqual(places, ['m']);
});

test('an edit of mine is printed as mine', (t) => {
  const { hears } = printer();
  const mine = { from: 'alice', conversation: '@bob', to: 'bob', id: 'm' } as const;
  hears(changes({ ...mine, text: 'one' }));
  t.deepEqual(hears(changes({ ...mine, text: 'two', edited: true })), ['you in @bob changed a message to: two']);
  t.deepEqual(hears(changes({ ...mine, text: 'two', deleted: true })), ['you in @bob deleted a message: two']);
});

test('a room message is printed once it has its place, and a withdrawn one never', (t) => {
  const { hears } = printer();
  const gone = { type: 'withdrawn', conversation: '#lobby', author: 'bob', id: 'e' } as const;
  t.deepEqual(hears(changes({ id: 'e', seq: null, text: 'type-ahead' }), gone), []);
  t.deepEqual(hears(changes({ id: 'f', seq: null, text: 'x' }), arrives({ id: 'f', seq: 4, text: 'x' })), ['bob: x']);
});

test('edits, deletions and reactions are printed as such', (t) => {
  const { hears } = printer();
  hears(arrives({ text: 'lunch at one' }));
  t.deepEqual(hears(changes({ text: 'lunch at two', edited: true })), ['bob changed a message to: lunch at two']);
  t.deepEqual(hears(changes({ text: 'lunch at two', edited: true })), []);
  const reacted = { text: 'lunch at two', edited: true, reactions: { '👍': ['carol'] } };
  t.deepEqual(hears(changes(reacted)), ['carol reacted 👍 to: lunch at two']);
  t.deepEqual(hears(changes({ ...reacted, reactions: {} })), ['carol took 👍 back from: lunch at two']);
  t.deepEqual(hears(changes({ text: 'lunch at two', edited: true, deleted: true })), [
    'bob deleted a message: lunch at two',
  ]);
});

test('a reaction that is not an emoji is printed in printable form, without an error', (t) => {
  const { hears } = printer();
  hears(arrives({ text: 'lunch' }));
  const by = (...words: string[]) =>
    changes({ text: 'lunch', reactions: reactionsOf(words.map((word) => [word, ['carol']])) });
  t.deepEqual(hears(by('constructor', '\u001b[31mred')), [
    'carol reacted constru… to: lunch',
    'carol reacted \ufffd[31mred to: lunch',
  ]);
  t.deepEqual(
    hears(by('constructor', '__proto__')),
    ['carol reacted __proto… to: lunch', 'carol took \ufffd[31mred back from: lunch'].reverse(),
  );
});

test('reactions of others to my message are printed, and my own are not', (t) => {
  const { hears } = printer(false, { blocked: 'mallory', muted: '#other' });
  const mine = { from: 'alice', id: 'm', text: 'lunch at one' } as const;
  hears(arrives({ ...mine, seq: null, state: 'sending' }), changes({ ...mine, seq: 4 }));
  const chosen = { '👍': ['bob', 'alice', 'mallory'] };
  t.deepEqual(hears(changes({ ...mine, seq: 4, reactions: chosen })), ['bob reacted 👍 to your message: lunch at one']);
  t.deepEqual(hears(changes({ ...mine, seq: 4, reactions: chosen, state: 'delivered' })), []);
  t.deepEqual(hears(changes({ ...mine, seq: 4, state: 'delivered' })), [
    'bob took 👍 back from your message: lunch at one',
  ]);
  const quiet = { ...mine, conversation: '#other' } as const;
  hears(arrives({ ...quiet, seq: null, state: 'sending' }), changes({ ...quiet, seq: 4 }));
  t.deepEqual(hears(changes({ ...quiet, seq: 4, reactions: chosen })), []);
});

test('own messages print nothing unless they fail or receipts are requested', (t) => {
  const mine = { from: 'alice', conversation: '@bob', to: 'bob', text: 'hi', id: 'm' } as const;
  const course: ClientEvent[] = [
    arrives({ ...mine, seq: null, state: 'sending' }),
    changes({ ...mine, seq: 4, state: 'sent' }),
    changes({ ...mine, seq: 4, state: 'delivered' }),
  ];
  const quiet = printer();
  t.deepEqual(quiet.hears(...course), []);
  t.is(quiet.told.sending, 0);
  t.deepEqual(printer(true).hears(...course, ...course.slice(-1)), ['delivered to @bob: hi']);
  const failed = changes({ ...mine, seq: null, state: 'failed', error: 'nobody is there' });
  t.deepEqual(quiet.hears(arrives({ ...mine, id: 'n', seq: null, state: 'sending' })), []);
  t.is(quiet.told.sending, 1);
  t.deepEqual(
    quiet.hears({ ...failed, message: { ...message(mine), id: 'n', state: 'failed', error: 'gone' } } as never),
    ['not sent to @bob: gone; .retry sends it again: hi'],
  );
  t.deepEqual([quiet.told.sending, quiet.told.failures], [0, 1]);
});

test('a message that I write on another device is printed', (t) => {
  const { hears } = printer();
  t.deepEqual(hears(arrives({ from: 'alice', text: 'from the phone' })), ['alice: from the phone']);
  t.deepEqual(hears(arrives({ from: 'alice', conversation: '@bob', to: 'bob', text: 'x' })), ['alice to bob: x']);
});
