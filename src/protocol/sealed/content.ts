/** The content of notes and room messages: a kind and a body. The layer below pads, seals and signs it. */
import { concat, fromUtf8, Reader, utf8, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import { MAX_TEXT_BYTES } from '../base/safe-text.ts';
import { decodeManifest, encodeManifest, type Manifest } from './file.ts';

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
  | { kind: 'receipt'; ids: Uint8Array[] };

const kinds = { text: 1, reply: 2, edit: 3, delete: 4, reaction: 5, manifest: 6, receipt: 7 } as const;
/** Most ids of one receipt. */
export const MAX_RECEIPT_IDS = 256;
const MAX_EMOJI_BYTES = 64;
const ID = 16;

/** @throws ProtocolError 'text' for content that others would refuse: empty text, or text over 4,096 bytes */
export function encodeContent(c: Content): { kind: number; body: Uint8Array } {
  const body = encodeBody(c);
  try {
    decodeContent(kinds[c.kind], body);
  } catch (error) {
    if (!(error instanceof ProtocolError) || !('text' in c)) throw error;
    throw new ProtocolError('text', `a message has 1 to ${MAX_TEXT_BYTES} bytes; send longer text as a file`);
  }
  return { kind: kinds[c.kind], body };
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
    }
    throw new ProtocolError('layout', 'unknown kind');
  });
}
