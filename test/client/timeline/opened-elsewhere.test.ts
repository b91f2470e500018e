import test from 'ava';
import { Cache, type CachedEntry } from '../../../src/client/cache/cache.ts';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import { roomRef } from '../../../src/client/notes/conversation-ref.ts';
import type { OutboxStore } from '../../../src/client/outbox/outbox-store.ts';
import { MissingEpochKey } from '../../../src/client/rooms/room-keys.ts';
import type { Rooms } from '../../../src/client/rooms/rooms.ts';
import { EntryProcessor } from '../../../src/client/timeline/entry-processor.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import type { Entry } from '../../../src/protocol/wire/fields.ts';
import { openProfile } from '../../helpers/client/profile.ts';

const ref = roomRef(new Uint8Array(32).fill(5), '#lobby');
const author = hex(new Uint8Array(32).fill(0xbb));
const claim = { author, id: hex(new Uint8Array(16).fill(3)), device: 1, deviceSeq: 1 };

/** The message as a process stores it that has the key. */
const opened: CachedEntry = {
  seq: 7,
  at: 7,
  ...claim,
  tag: 't',
  prev: '',
  shown: true,
  gap: null,
  body: { from: 'bob', sentAt: 7, late: false, hash: ref.id, content: { kind: 'text', text: 'hello' } },
  rawBytes: null,
  claimedName: null,
  epoch: null,
};
const entry: Entry = {
  seq: 7,
  at: 7,
  kind: 'message',
  from: 'bob',
  bytes: new Uint8Array(64),
  keys: [],
} as unknown as Entry;

for (const when of ['before', 'while'] as const)
  test(`a message whose key is missing here is announced once another process has opened it: ${when} it is taken`, async (t) => {
    const profile = await openProfile(t);
    const cache = await Cache.open(profile, 'a');
    const context = {
      profile,
      account: 'a',
      keyring: { me: { idFp: new Uint8Array(32) } },
    } as unknown as ClientContext;
    const store = () => profile.db.transaction([cache.entryStatement(ref.key, opened)]);
    const coverage = cache.coverage.bind(cache);
    if (when === 'before') await store();
    else
      cache.coverage = async (key) => {
        await store();
        return coverage(key);
      };
    const room = {
      sync: { takeKeysAmong: async () => {} },
      wasAbsentAt: () => false,
      open: async () => {
        throw new MissingEpochKey({ ...claim, epoch: 'ee' });
      },
    };
    const rooms = { find: () => room } as unknown as Rooms;
    const processor = new EntryProcessor(context, cache, rooms, {} as OutboxStore);
    const { fresh } = await processor.process(ref, [entry], { side: 'newer', end: 7, hole: false });
    t.deepEqual(
      fresh.map(({ seq, body }) => [seq, body?.content]),
      [[7, { kind: 'text', text: 'hello' }]],
    );
  });
