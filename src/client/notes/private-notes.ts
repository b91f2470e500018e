/** Folder `notes`: conversation refs, and opening and sealing private notes; it stores nothing. */
import { equal, hex } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import type { Content } from '../../protocol/sealed/content.ts';
import { type NoteHeader, openNote, parseDelivered, sealNote } from '../../protocol/sealed/note.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import { ClientError } from '../errors.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef, PrivateRef } from './conversation-ref.ts';
import type { EntryBody } from './entry-body.ts';

/** A note that was sealed to a key this long after its end is marked as late, in ms. */
const LATE_MS = 30 * 24 * 3_600_000;

/** An opened entry. `seen` are hashes of items that its author had seen. */
export type OpenedEntry = {
  author: string;
  id: string;
  device: number;
  deviceSeq: number;
  prev: Uint8Array;
  seen: readonly Uint8Array[];
  body: EntryBody;
};

/**
 * Opens a note of mine from the outbox, without RSA: the hash shows that these are the bytes that were sealed here. null when the
 * outbox does not have it.
 */
export async function openOwnNote(
  context: ClientContext,
  ref: ConversationRef,
  entry: Entry,
  sealedAs: (ref: ConversationRef, id: string, hash: Uint8Array) => Promise<{ content: Content } | null>,
): Promise<OpenedEntry | null> {
  const { me } = context.keyring;
  const { header, noteHash } = parseDelivered(entry.bytes);
  if (!equal(header.from, me.idFp)) return null;
  const sealed = await sealedAs(ref, hex(header.noteId), noteHash);
  return sealed === null ? null : openedNote(header, noteHash, me.name, false, sealed.content);
}

/** @throws ProtocolError 'note' when it is not a note of this conversation by one of its two people */
export async function openPrivateNote(
  context: ClientContext,
  ref: ConversationRef,
  entry: Entry,
): Promise<OpenedEntry> {
  const { keyring } = context;
  const { header, copy } = parseDelivered(entry.bytes);
  if (ref.kind !== 'private' || !equal(header.conversation, ref.id))
    throw new ProtocolError('note', 'of another conversation');
  const mine = equal(header.from, keyring.me.idFp);
  const name = mine ? keyring.me.name : ref.with;
  const author = mine ? keyring.me.identity.spki : await keyring.sigSpkiOf(header.from, name);
  if (author === null) throw new ProtocolError('note', 'its author is not the pinned one');
  const keys = keyring.encryptionKeys();
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

function openedNote(header: NoteHeader, hash: Uint8Array, from: string, late: boolean, content: Content): OpenedEntry {
  return {
    author: hex(header.from),
    id: hex(header.noteId),
    device: header.device,
    deviceSeq: header.seq,
    prev: header.prev,
    seen: [header.seen],
    body: { from, sentAt: header.sentAt, late, hash, content },
  };
}

/** The place of a new item in its device's chain: its number, the hash that it follows, and hashes of items that were seen. */
export type ChainPosition = { device: number; deviceSeq: number; prev: Uint8Array; seen: readonly Uint8Array[] };

/**
 * Seals to the key of `ref` only: an item that was written before the other side's key changed must not reach the new key.
 * @throws ClientError 'key-changed' | 'refused' when the other side's card cannot be sealed to
 */
export async function sealPrivateNote(
  context: ClientContext,
  ref: PrivateRef,
  item: ChainPosition & { id: Uint8Array; sentAt: number; content: Content },
): Promise<{ bytes: Uint8Array; hash: Uint8Array }> {
  const { me } = context.keyring;
  const to = ref.with === me.name ? me.card : await context.keyring.recipientCard(ref.with);
  if (ref.peer !== null && hex(to.idFp) !== ref.peer)
    throw new ClientError('key-changed', `the key of ${ref.with} changed after this was written; send it again`);
  const { note, noteHash } = await sealNote(context.rsa, {
    daemonId: context.daemonId,
    identity: me.identity,
    from: me.card,
    to,
    device: item.device,
    seq: item.deviceSeq,
    prev: item.prev,
    seen: item.seen[0] ?? new Uint8Array(32),
    sentAt: item.sentAt,
    noteId: item.id,
    life: 0,
    content: item.content,
  });
  return { bytes: note, hash: noteHash };
}
