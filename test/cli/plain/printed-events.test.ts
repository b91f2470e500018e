import test from 'ava';
import type { ClientEvent, TransferState } from '../../../src/client/types.ts';
import { arrives, changes, printer } from '../../helpers/screen/event-printer.ts';
import { file, noon, person, transfer } from '../../helpers/screen/messages.ts';

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
    transfer: transfer({ author: 'bob', direction: 'down', name: 'a.iso', size: 4_000_000, done: 0, ...parts }),
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
