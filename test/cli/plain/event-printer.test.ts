import test from 'ava';
import fc from 'fast-check';
import { EventPrinter } from '../../../src/cli/plain/event-printer.ts';
import { reactionsOf } from '../../../src/client/cache/message-changes.ts';
import type { ClientEvent, Message, TransferState } from '../../../src/client/types.ts';
import { cleanMessage } from '../../../src/tui/text/clean.ts';
import { file, message, noon, person } from '../../helpers/screen/messages.ts';
import { rendererTo } from '../../helpers/screen/renderer.ts';

function printer(receipts = false, { blocked = '', muted = '' } = {}) {
  const lines: string[] = [];
  const places: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const told = new EventPrinter({
    me: 'alice',
    receipts,
    renderer: { ...rendererTo(say), sent: ({ id }) => void places.push(id) },
    open: () => '#lobby',
    isBlocked: (name) => name === blocked,
    isMuted: (name) => name === muted,
    answered: (_, { author, id }) =>
      author === 'carol' && id === 'known' ? message({ from: 'carol', id }) : undefined,
  });
  return {
    told,
    lines,
    places,
    /** An event printer, and what it prints for events. */
    hears(...events: ClientEvent[]): string[] {
      lines.length = 0;
      for (const event of events) told.print(event);
      return [...lines];
    },
  };
}

const arrives = (parts: Partial<Message> & { text?: string }): ClientEvent => ({
  type: 'message',
  message: message(parts),
  fresh: true,
});
const changes = (parts: Partial<Message> & { text?: string }): ClientEvent => ({
  type: 'message',
  message: message(parts),
  fresh: false,
});

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

test('people who come and go are printed', (t) => {
  const { told, lines, hears } = printer();
  told.printOnline([person('alice'), person('bob'), person('carol', { online: false })]);
  t.deepEqual(lines, ['online: bob']);
  const now = [person('alice', { online: false }), person('bob', { online: false }), person('carol')];
  t.deepEqual(hears({ type: 'people', people: now }), ['bob went', 'carol came']);
  t.deepEqual(hears({ type: 'people', people: now }), []);
  const away: ClientEvent = { type: 'people', people: [person('carol', { away: true })] };
  t.deepEqual(hears({ type: 'typing', name: 'carol' }, away), [], 'nothing that would only interrupt');
  t.deepEqual(hears({ type: 'unregistered', name: 'carol' }), ['carol left: the account was closed']);
});

test('a transfer prints few steps, and a small one only its end', (t) => {
  const state = (parts: Partial<TransferState>): ClientEvent => ({
    type: 'transfer',
    transfer: {
      id: 't',
      author: 'bob',
      direction: 'down',
      name: 'a.iso',
      conversation: '#lobby',
      size: 4_000_000,
      done: 0,
      rate: 1,
      state: 'running',
      note: null,
      ...parts,
    },
  });
  const { hears } = printer();
  const way = Array.from({ length: 40 }, (_, i) => state({ done: i * 100_000 }));
  const end = state({ state: 'done', done: 4_000_000, note: '/home/alice/a.iso' });
  t.deepEqual(hears(...way, end), ['fetching a.iso, 4 MB', 'a.iso: 25 %', 'a.iso: 50 %', 'a.iso: 75 %']);
  const small = { size: 1000, author: 'alice', direction: 'up', name: 'b', id: 'u' } as const;
  t.deepEqual(hears(...[0, 500, 900].map((done) => state({ ...small, done })), state({ ...small, state: 'done' })), [
    'b, 1 kB, is sent',
  ]);
});

test('files, gaps, keys and the link are printed', (t) => {
  const { hears } = printer();
  t.deepEqual(hears(arrives({ body: { kind: 'file', file: file() } })), [
    'bob sent the file report.pdf, 1.23 MB; .download report.pdf fetches it',
  ]);
  t.deepEqual(hears({ type: 'gap', gap: { conversation: '@bob', from: 'bob', before: 3, reason: 'missing' } }), [
    'in @bob: a message of bob is missing here: it was withheld, lost, or is older than the server keeps',
  ]);
  t.deepEqual(hears({ type: 'key-changed', name: 'bob', pinned: 'a', offered: 'b' }), [
    "bob's key changed: .verify bob before you write",
  ]);
  const waiting: ClientEvent = { type: 'link', link: { state: 'waiting', retryAt: 1, reason: 'no route' } };
  const again: ClientEvent = { type: 'link', link: { state: 'connecting' } };
  t.deepEqual(hears(waiting, again, waiting, again, { type: 'link', link: { state: 'online' } }), [
    'the link is lost: no route; it comes back by itself, and what you write waits',
    'the link is back',
  ]);
});

test('nothing of a blocked person is printed, and everything of others', (t) => {
  const { told, hears, lines } = printer(false, { blocked: 'bob' });
  told.printOnline([person('alice'), person('bob'), person('carol')]);
  t.deepEqual(lines, ['online: carol']);
  const gap = { conversation: '#lobby', from: 'bob', before: 2, reason: 'missing' } as const;
  t.deepEqual(
    hears(
      arrives({ text: '@alice!' }),
      arrives({ text: 'psst', conversation: '@bob', to: 'alice' }),
      changes({ text: 'other words', edited: true }),
      changes({ deleted: true }),
      { type: 'people', people: [person('bob', { online: false })] },
      { type: 'gap', gap },
    ),
    [],
  );
  const carols = { seq: 2, id: 'c', from: 'carol', text: 'lunch' };
  t.deepEqual(hears(arrives(carols)), ['carol: lunch']);
  t.deepEqual(hears(changes({ ...carols, reactions: { '👍': ['bob', 'dave'] } })), ['dave reacted 👍 to: lunch']);
  t.deepEqual(hears(changes({ ...carols, reactions: {} })), ['dave took 👍 back from: lunch']);
});

test('of a muted conversation only mentions are printed, unless it is open', (t) => {
  const { hears } = printer(false, { muted: '#other' });
  const there = { conversation: '#other' } as const;
  t.deepEqual(hears(arrives({ ...there, text: 'chatter' }), changes({ ...there, text: 'x', edited: true })), []);
  t.deepEqual(hears(arrives({ ...there, seq: 2, text: 'look, @alice' })), ['bob in #other: look, @alice']);
  t.deepEqual(hears(arrives({ ...there, seq: 1, text: 'chatter' })), [], 'still muted');
  t.deepEqual(printer(false, { muted: '#lobby' }).hears(arrives({ text: 'hi' })), ['bob: hi'], 'the open one');
  const mine = { ...there, from: 'alice', id: 'm', text: 'hi' };
  const failed = changes({ ...mine, seq: null, state: 'failed', error: 'no' });
  t.deepEqual(hears(arrives({ ...mine, seq: null, state: 'sending' }), failed), [
    'not sent to #other: no; .retry sends it again: hi',
  ]);
});

test('a new device is told with the command that ends it', (t) => {
  const { hears } = printer();
  const phone = {
    type: 'new-device',
    device: 8,
    kind: 'device',
    name: 'phone',
    address: '10.0.0.7',
    at: noon,
  } as const;
  t.deepEqual(hears(phone), ['new device: phone, 10.0.0.7; .devices shows all, .devices end phone ends it']);
  t.deepEqual(hears({ ...phone, kind: 'export', name: '' }), [
    'new export of your keys: 8, 10.0.0.7; .devices shows all, .devices end 8 ends it',
  ]);
  t.deepEqual(hears({ type: 'devices-seen', devices: [8] }), []);
});
