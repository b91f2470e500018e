/**
 * Everything that came from others, made printable before the state sees it: from here on, nothing on the screen needs care, but
 * the keys of reactions: they stay what they are, for comparing and taking back, and shownReaction() (emoji.ts) shows them.
 */
import { printable } from '../protocol/text.ts';
import type { ClientEvent, FileInfo, LinkState, Message, TransferState } from './client/types.ts';

export function cleanMessage(message: Message): Message {
  const { body } = message;
  return {
    ...message,
    body:
      body.kind === 'file'
        ? { kind: 'file', file: cleanFile(body.file) }
        : { ...body, text: printable(body.text, { lines: true }) },
    error: message.error === null ? null : printable(message.error),
  };
}

export function cleanFile(file: FileInfo): FileInfo {
  return { ...file, name: printable(file.name), type: printable(file.type) };
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
    case 'people':
    case 'typing':
    case 'conversation':
    case 'withdrawn':
    case 'moved':
    case 'gap':
    case 'key-changed':
      return event;
  }
}

export function cleanLink(link: LinkState): LinkState {
  return 'reason' in link ? { ...link, reason: printable(link.reason) } : link;
}

function cleanTransfer(transfer: TransferState): TransferState {
  const { name, note } = transfer;
  return { ...transfer, name: printable(name), note: note === null ? null : printable(note) };
}
