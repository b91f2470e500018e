/** The content of notes and room messages: a kind and a body. The layer below pads, seals and signs it. */
import { concat, fromUtf8, Reader, utf8, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import { MAX_TEXT_BYTES } from '../base/safe-text.ts';
import type { EpochKey } from './epoch.ts';
import { decodeManifest, encodeManifest, type Manifest } from './file.ts';
import { encodeInfo, type RoomInfo, readInfo } from './room-info.ts';

/** Names a message. An id alone is not enough, because anybody may use any id. */
export type ContentRef = { /** idFp. */ author: Uint8Array /** 16 bytes. */; id: Uint8Array };

export type Content =
  | { kind: 'text'; text: string }
  | { kind: 'reply'; to: ContentRef; text: string }
  /** Targets a text or reply of the same author. */
  | { kind: 'edit'; target: Uint8Array; text: string }
  | { kind: 'delete'; target: Uint8Array }
  | { kind: 'reaction'; to: ContentRef; emoji: string; on: boolean }
  | { kind: 'manifest'; manifest: Manifest }
  /** Ids of notes that this client has opened and stored. */
  | { kind: 'receipt'; ids: Uint8Array[] }
  /** To the invited person, beside the entry in the room's log. `epochKey` where history is shared. */
  | { kind: 'invitation'; room: Uint8Array; entry: Uint8Array; info: RoomInfo; epochKey: EpochKey | null }
  /** Messages of this conversation live so long from here on, in seconds; 0 for ever. */
  | { kind: 'life'; seconds: number }
  /** An admin of a room removes a message of another member. */
  | { kind: 'removal'; of: ContentRef }
  /** A kind that this version does not know. `shown`: the person sees that there is something. */
  | { kind: 'unknown'; code: number; body: Uint8Array; shown: boolean };

const kinds = {
  text: 1,
  reply: 2,
  edit: 3,
  delete: 4,
  reaction: 5,
  manifest: 6,
  receipt: 7,
  invitation: 8,
  life: 9,
  removal: 10,
} as const;
/** Later versions may use the codes from here on; those from UNKNOWN_IGNORED on are not shown. */
const UNKNOWN_SHOWN = 64;
const UNKNOWN_IGNORED = 128;
/** Most ids of one receipt. */
export const MAX_RECEIPT_IDS = 256;
const MAX_EMOJI_BYTES = 64;
const ID = 16;

/** @throws ProtocolError 'text' for content that others would refuse: empty text, or text over 4,096 bytes */
export function encodeContent(c: Content): { kind: number; body: Uint8Array } {
  const body = encodeBody(c);
  const kind = c.kind === 'unknown' ? c.code : kinds[c.kind];
  try {
    decodeContent(kind, body);
  } catch (error) {
    if (!(error instanceof ProtocolError) || !('text' in c)) throw error;
    throw new ProtocolError('text', `a message has 1 to ${MAX_TEXT_BYTES} bytes; send longer text as a file`);
  }
  return { kind, body };
}

function encodeBody(c: Content): Uint8Array {
  switch (c.kind) {
    case 'text':
      return utf8(c.text);
    case 'reply':
      return concat(c.to.author, c.to.id, utf8(c.text));
    case 'edit':
      return concat(c.target, utf8(c.text));
    case 'delete':
      return c.target;
    case 'reaction':
      return new Writer()
        .bytes(c.to.author)
        .bytes(c.to.id)
        .u8(c.on ? 1 : 0)
        .bytes(utf8(c.emoji))
        .finish();
    case 'manifest':
      return encodeManifest(c.manifest);
    case 'receipt':
      return concat(...c.ids);
    case 'invitation': {
      const key = c.epochKey === null ? [] : [c.epochKey.epochId, c.epochKey.key];
      return concat(c.room, c.entry, encodeInfo(c.info), ...key);
    }
    case 'life':
      return new Writer().u32(c.seconds).finish();
    case 'removal':
      return concat(c.of.author, c.of.id);
    case 'unknown':
      return c.body;
  }
}

/** @throws ProtocolError 'layout', which the caller turns into its own code */
export function decodeContent(kind: number, body: Uint8Array): Content {
  return withProtocolError('layout', 'not a content', () => {
    const reader = new Reader(body);
    const ref = (): ContentRef => ({ author: reader.bytes(32), id: reader.bytes(ID) });
    const text = (): string => {
      const bytes = reader.rest();
      ensure(bytes.length >= 1 && bytes.length <= MAX_TEXT_BYTES);
      return fromUtf8(bytes);
    };
    switch (kind) {
      case kinds.text:
        return { kind: 'text', text: text() };
      case kinds.reply:
        return { kind: 'reply', to: ref(), text: text() };
      case kinds.edit:
        return { kind: 'edit', target: reader.bytes(ID), text: text() };
      case kinds.delete: {
        const target = reader.bytes(ID);
        reader.end();
        return { kind: 'delete', target };
      }
      case kinds.reaction: {
        const to = ref();
        const on = reader.u8();
        const emoji = reader.rest();
        ensure(on <= 1 && emoji.length >= 1 && emoji.length <= MAX_EMOJI_BYTES);
        return { kind: 'reaction', to, emoji: fromUtf8(emoji), on: on === 1 };
      }
      case kinds.manifest:
        return { kind: 'manifest', manifest: decodeManifest(body) };
      case kinds.receipt: {
        const count = body.length / ID;
        ensure(Number.isInteger(count) && count >= 1 && count <= MAX_RECEIPT_IDS);
        return { kind: 'receipt', ids: Array.from({ length: count }, () => reader.bytes(ID)) };
      }
      case kinds.invitation: {
        const [room, entry, info] = [reader.bytes(32), reader.bytes(32), readInfo(reader)];
        const key = reader.rest();
        ensure(key.length === 0 || key.length === 64);
        const epochKey = key.length === 0 ? null : { epochId: key.subarray(0, 32), key: key.subarray(32) };
        return { kind: 'invitation', room, entry, info, epochKey };
      }
      case kinds.life: {
        const seconds = reader.u32();
        reader.end();
        return { kind: 'life', seconds };
      }
      case kinds.removal: {
        const of = ref();
        reader.end();
        return { kind: 'removal', of };
      }
    }
    ensure(kind >= UNKNOWN_SHOWN);
    return { kind: 'unknown', code: kind, body, shown: kind < UNKNOWN_IGNORED };
  });
}
