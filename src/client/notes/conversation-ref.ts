/** Which conversation something belongs to: a room, or a private one with a person under one of their keys. */
import { hex } from '../../protocol/base/bytes.ts';
import { privateConversationId } from '../../protocol/sealed/note.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationName } from '../types.ts';

type CommonRef = {
  id: Uint8Array;
  /** `id` in hex: the key of the profile's tables. */
  key: string;
  name: ConversationName;
  /** Added to the seq of an entry for the person: 0, or below zero under a key that the other side had before. */
  seqOffset: number;
};

export type PrivateRef = CommonRef & {
  kind: 'private';
  /** The other side's name. */
  with: string;
  /** The other side's identity fingerprint, hex; null when this profile has not met them yet. */
  peer: string | null;
};

export type RoomRef = CommonRef & { kind: 'room' };

export type ConversationRef = PrivateRef | RoomRef;

/** Seqs under a former key lie this far below those under the next one: more than any conversation has. */
const FORMER_BASE = 2 ** 32;

export function roomRef(id: Uint8Array, name: ConversationName): RoomRef {
  return { kind: 'room', id, key: hex(id), name, seqOffset: 0 };
}

/** Returns the conversation with a person under their pinned key. @throws Refusal, ClientError when there is no such person, or they have no keys yet */
export async function privateRef(context: ClientContext, name: string): Promise<PrivateRef> {
  const { me } = context.keyring;
  const pinned = name === me.name ? me : ((await context.keyring.pinned(name)) ?? (await context.keyring.cardOf(name)));
  return refWith(context, name, pinned.idFp, 0);
}

/**
 * The conversations with the identities that this profile once trusted as `name`, the newest first. A changed key makes another
 * conversation; these can be read, but not written to.
 */
export async function formerRefs(context: ClientContext, name: string): Promise<PrivateRef[]> {
  const former = await context.keyring.formerIdentities(name);
  return former.map((idFp, age) => refWith(context, name, idFp, -FORMER_BASE * (age + 1)));
}

function refWith(context: ClientContext, name: string, idFp: Uint8Array, seqOffset: number): PrivateRef {
  const id = privateConversationId(context.daemonId, context.keyring.me.idFp, idFp);
  return { kind: 'private', id, key: hex(id), name: `@${name}`, with: name, peer: hex(idFp), seqOffset };
}

/** For a name that this profile never met, while there is no link to ask who that is. Only the outbox uses it. */
export function unresolvedRef(name: string): PrivateRef {
  return {
    kind: 'private',
    id: new Uint8Array(),
    key: unresolvedKey(name),
    name: `@${name}`,
    with: name,
    peer: null,
    seqOffset: 0,
  };
}

/** No other conversation has this key: theirs are hex. */
export function unresolvedKey(name: string): string {
  return `@${name}`;
}

export function isUnresolved(ref: ConversationRef): boolean {
  return ref.kind === 'private' && ref.peer === null;
}

/** What the outbox keeps for the conversation's name: a person's name, or a room's with `#`. */
export function recipientOf(ref: ConversationRef): string {
  return ref.kind === 'private' ? ref.with : ref.name;
}

/** The conversation's name for a recipient of the outbox. */
export function nameOfRecipient(recipient: string): ConversationName {
  return recipient.startsWith('#') ? (recipient as ConversationName) : `@${recipient}`;
}
