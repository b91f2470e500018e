import { EventPrinter } from '../../../src/cli/plain/event-printer.ts';
import type { ClientEvent, Message } from '../../../src/client/types.ts';
import { message } from './messages.ts';
import { rendererTo } from './renderer.ts';

/** An event printer that prints into `lines`, and the ids of the messages whose place it says into `places`. */
export function printer(receipts = false, { blocked = '', muted = '' } = {}) {
  const lines: string[] = [];
  const places: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const told = new EventPrinter({
    me: 'alice',
    receipts,
    renderer: { ...rendererTo(say), sent: ({ id }) => void places.push(id) },
    open: () => '#lobby',
    isBlocked: (name) => name === blocked,
    isMuted: (name) => name === muted,
    answered: (_, { author, id }) =>
      author === 'carol' && id === 'known' ? message({ from: 'carol', id }) : undefined,
  });
  return {
    told,
    lines,
    places,
    /** An event printer, and what it prints for events. */
    hears(...events: ClientEvent[]): string[] {
      lines.length = 0;
      for (const event of events) told.print(event);
      return [...lines];
    },
  };
}

/** A new message. */
export const arrives = (parts: Partial<Message> & { text?: string }): ClientEvent => ({
  type: 'message',
  message: message(parts),
  fresh: true,
});
/** A change of a message. */
export const changes = (parts: Partial<Message> & { text?: string }): ClientEvent => ({
  type: 'message',
  message: message(parts),
  fresh: false,
});
