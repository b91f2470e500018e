/** Private notes: who may have written one, opening my copy, sealing one that follows what was said before. */
import { equal, hex } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import type { Content } from '../../protocol/sealed/content.ts';
import { dmConversation, type NoteHeader, openNote, parseDelivered, sealNote } from '../../protocol/sealed/note.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { AccountContext } from '../login/account-context.ts';
import type { ConversationName } from '../types.ts';
import type { EntryText } from './entry-text.ts';

/** A note sealed to a key this long after its end is shown marked. */
const LATE_MS = 30 * 24 * 3_600_000;

/** A conversation as this client keys it. */
export type ConversationRef = {
  id: Uint8Array;
  /** `id` in hex: the key of the profile's tables. */
  key: string;
  name: ConversationName;
  /** The other side of a private conversation; null for a room. */
  with: string | null;
  /** The other side's identity fingerprint, hex; null for a room, and for somebody who was not met yet. */
  peer: string | null;
  /** What is added to the seq of an entry for the person: 0, or below zero under a key that the other side had before. */
  base: number;
};

/** Places of conversations under former keys lie this far below those under the next one: more than any conversation has. */
const FORMER_BASE = 2 ** 32;

/** What an entry turned out to be. `seen` are hashes of what its author had before. */
export type Opened = {
  author: string;
  id: string;
  device: number;
  deviceSeq: number;
  prev: Uint8Array;
  seen: readonly Uint8Array[];
  said: EntryText;
};

/**
 * The delivered note of mine as the outbox knows it: no RSA, for its hash says that these are the bytes that were
 * sealed here.
 */
export async function openOwn(
  context: AccountContext,
  place: ConversationRef,
  entry: Entry,
  sealedAs: (place: ConversationRef, id: string, hash: Uint8Array) => Promise<{ content: Content } | null>,
): Promise<Opened | null> {
  const { me } = context.keyring;
  const { header, noteHash } = parseDelivered(entry.bytes);
  if (!equal(header.from, me.idFp)) return null;
  const sealed = await sealedAs(place, hex(header.noteId), noteHash);
  return sealed === null ? null : openedNote(header, noteHash, me.name, false, sealed.content);
}

/** A conversation with somebody whom this profile never met, while there is no link to ask who that is. Only the outbox uses it. */
export function unmetRef(name: string): ConversationRef {
  return { id: new Uint8Array(), key: unmetKey(name), name: `@${name}`, with: name, peer: null, base: 0 };
}

/** No conversation has this key: theirs are hex. */
export function unmetKey(name: string): string {
  return `@${name}`;
}

export function isUnmet({ with: name, peer }: Pick<ConversationRef, 'with' | 'peer'>): boolean {
  return name !== null && peer === null;
}

/** The pinned person's conversation. @throws ClientError when nobody has that name, or no keys yet */
export async function privateRef(context: AccountContext, name: string): Promise<ConversationRef> {
  const { me } = context.keyring;
  const pinned = name === me.name ? me : ((await context.keyring.pinned(name)) ?? (await context.keyring.cardOf(name)));
  return placeWith(context, name, pinned.card.idFp, 0);
}

/**
 * The conversations with the identities that this profile once trusted as `name`, the newest first. A changed key makes another
 * conversation; these can be read on, and nothing is written into them.
 */
export async function formerRefs(context: AccountContext, name: string): Promise<ConversationRef[]> {
  const former = await context.keyring.formerOf(name);
  return former.map((idFp, age) => placeWith(context, name, idFp, -FORMER_BASE * (age + 1)));
}

function placeWith(context: AccountContext, name: string, idFp: Uint8Array, base: number): ConversationRef {
  const id = dmConversation(context.daemonId, context.keyring.me.idFp, idFp);
  return { id, key: hex(id), name: `@${name}`, with: name, peer: hex(idFp), base };
}

/** @throws ProtocolError 'note' when it is not a note of this conversation by one of its two people */
export async function openPrivate(context: AccountContext, place: ConversationRef, entry: Entry): Promise<Opened> {
  const { keyring } = context;
  const { header, copy } = parseDelivered(entry.bytes);
  const mine = equal(header.from, keyring.me.idFp);
  const name = mine ? keyring.me.name : place.with;
  if (name === null || !equal(header.conversation, place.id))
    throw new ProtocolError('note', 'of another conversation');
  const author = mine ? keyring.me.identity.spki : await keyring.sigSpkiOf(header.from, name);
  if (author === null) throw new ProtocolError('note', 'its author is not the pinned one');
  const keys = keyring.openKeys();
  const { noteHash, content } = await openNote(context.rsa, entry.bytes, {
    daemonId: context.daemonId,
    me: keyring.me.idFp,
    keys,
    author,
    authorName: name,
  });
  const sealedTo = header.copies[copy]?.ekFp;
  const key = keys.find((candidate) => sealedTo !== undefined && equal(candidate.ekFp, sealedTo));
  const late = key !== undefined && entry.at > key.notAfter + LATE_MS;
  return openedNote(header, noteHash, name, late, content);
}

function openedNote(header: NoteHeader, hash: Uint8Array, from: string, late: boolean, content: Content): Opened {
  return {
    author: hex(header.from),
    id: hex(header.noteId),
    device: header.device,
    deviceSeq: header.seq,
    prev: header.prev,
    seen: [header.seen],
    said: { from, sentAt: header.sentAt, late, hash, content },
  };
}

/** What a new item says about its place: the number and hashes that it follows. */
export type ChainPosition = { device: number; deviceSeq: number; prev: Uint8Array; seen: readonly Uint8Array[] };

/** @throws ClientError 'key-changed' | 'refused' when the other side's card cannot be sealed to */
export async function sealPrivate(
  context: AccountContext,
  to: string,
  item: ChainPosition & { id: Uint8Array; sentAt: number; content: Content },
): Promise<{ bytes: Uint8Array; hash: Uint8Array }> {
  const { me } = context.keyring;
  const { note, noteHash } = await sealNote(context.rsa, {
    daemonId: context.daemonId,
    identity: me.identity,
    from: me.card,
    to: to === me.name ? me.card : await context.keyring.recipient(to),
    device: item.device,
    seq: item.deviceSeq,
    prev: item.prev,
    seen: item.seen[0] ?? new Uint8Array(32),
    sentAt: item.sentAt,
    noteId: item.id,
    content: item.content,
  });
  return { bytes: note, hash: noteHash };
}
