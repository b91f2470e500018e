/**
 * Makes every text of others printable before it enters the state, so that nothing on the screen needs care afterwards. Only the
 * keys of reactions stay unchanged, for comparing; shownReaction() (emoji.ts) makes them printable.
 */

import type { ClientEvent, FileInfo, LinkState, Message, TransferState } from '../../client/types.ts';
import { printable } from '../../protocol/base/safe-text.ts';

/** The exact text, by the object that holds its printable form. */
const originals = new WeakMap<object, string>();

/** The text of a message, byte for byte: for editing and for programs, never for the screen. */
export function exactText(body: Exclude<Message['body'], { kind: 'file' }>): string {
  return originals.get(body) ?? body.text;
}

/** A file's name as its sender wrote it, for programs. */
export function exactName(file: FileInfo): string {
  return originals.get(file) ?? file.name;
}

/** Why a transfer stopped, or the path it was saved under, unchanged. */
export function exactNote(transfer: TransferState): string | null {
  return originals.get(transfer) ?? transfer.note;
}

export function cleanMessage(message: Message): Message {
  return {
    ...message,
    body: cleanBody(message.body),
    error: message.error === null ? null : printable(message.error),
  };
}

function cleanBody(body: Message['body']): Message['body'] {
  if (body.kind === 'file') return { kind: 'file', file: cleanFile(body.file) };
  const clean = { ...body, text: printable(body.text, { lines: true }) };
  const exact = exactText(body);
  if (clean.text !== exact) originals.set(clean, exact);
  return clean;
}

/** `saved` stays unchanged: strings.files.saved makes it printable, and programs get the path itself. */
export function cleanFile<F extends FileInfo>(file: F): F {
  const clean = { ...file, name: printable(file.name), type: printable(file.type) };
  const exact = exactName(file);
  if (clean.name !== exact) originals.set(clean, exact);
  return clean;
}

export function cleanEvent(event: ClientEvent): ClientEvent {
  switch (event.type) {
    case 'message':
      return { ...event, message: cleanMessage(event.message) };
    case 'transfer':
      return { ...event, transfer: cleanTransfer(event.transfer) };
    case 'notice':
      return { ...event, text: printable(event.text) };
    case 'link':
      return { ...event, link: cleanLink(event.link) };
    case 'new-device':
      return { ...event, name: printable(event.name), address: printable(event.address) };
    case 'devices-seen':
    case 'people':
    case 'unregistered':
    case 'typing':
    case 'conversation':
    case 'withdrawn':
    case 'moved':
    case 'gap':
    case 'key-changed':
    case 'muted':
    case 'blocked':
      return event;
  }
}

export function cleanLink(link: LinkState): LinkState {
  return 'reason' in link ? { ...link, reason: printable(link.reason) } : link;
}

function cleanTransfer(transfer: TransferState): TransferState {
  const { name, note } = transfer;
  const clean = { ...transfer, name: printable(name), note: note === null ? null : printable(note) };
  if (note !== null && clean.note !== note) originals.set(clean, note);
  return clean;
}
