import test from 'ava';
import type { Cache, CachedEntry } from '../../../src/client/cache/cache.ts';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import { ShownMessages } from '../../../src/client/messages/shown-messages.ts';
import type { ConversationRef } from '../../../src/client/notes/conversation-ref.ts';
import type { Rooms } from '../../../src/client/rooms/rooms.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';

test('attack: a message signed by a former, perhaps stolen, key is not shown as verified', async (t) => {
  const id = (n: number) => new Uint8Array(32).fill(n);
  const pinned = { name: 'bob', idFp: id(2), verified: true, changedTo: null };
  const keyring = { me: { name: 'alice', idFp: id(1) }, pinned: async () => pinned };
  const cache = { marks: async () => [], receipts: async () => new Set() };
  const context = { keyring } as unknown as ClientContext;
  const messages = new ShownMessages(context, cache as unknown as Cache, {} as Rooms);
  const entry = (author: number, seq: number) => {
    const body = { from: 'bob', sentAt: 1, late: false, hash: id(0), content: { kind: 'text', text: 'hi' } };
    return { seq, at: 1, author: hex(id(author)), id: `${seq}`, shown: true, body } as unknown as CachedEntry;
  };
  const ref = { kind: 'private', name: '@bob', with: 'bob', key: '', seqOffset: 0 } as unknown as ConversationRef;
  const shown = await messages.build(ref, [entry(2, 1), entry(3, 2)]);
  t.deepEqual(
    shown.map(({ verified }) => verified),
    [true, false],
  );
  t.deepEqual(
    shown.map(({ formerKey }) => formerKey),
    [false, true],
  );
});
