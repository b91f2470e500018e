/** Seals and opens notes between people, as their clients do. */
import { randomBytes } from 'node:crypto';
import { inlineRsa, type Rsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import type { Content } from '../../../src/protocol/sealed/content.ts';
import { openNote, sealNote } from '../../../src/protocol/sealed/note.ts';
import { DAEMON_ID, NO_HASH, type Person, T0 } from './people.ts';

/** Seals the first note of device 7. */
export function seal(
  from: Person,
  to: Person,
  content: Content,
  more: { sentAt?: number; life?: number } = {},
): ReturnType<typeof sealNote> {
  const chain = {
    device: 7,
    seq: 1,
    prev: NO_HASH,
    seen: NO_HASH,
    sentAt: T0 + 1,
    noteId: randomBytes(16),
    life: 0,
    ...more,
  };
  const between = { daemonId: DAEMON_ID, identity: from.identity, from: from.card, to: to.card };
  return sealNote(inlineRsa, { ...between, ...chain, content });
}

/** Opens a delivered note as `me`, expecting `author`. */
export function open(
  delivered: Uint8Array,
  me: Person,
  author: Person,
  rsa: Rsa = inlineRsa,
  daemonId = DAEMON_ID,
): ReturnType<typeof openNote> {
  const { name: authorName, identity } = author;
  return openNote(rsa, delivered, {
    daemonId,
    me: me.idFp,
    keys: [me.mine],
    author: identity.spki,
    authorName,
  });
}
