/**
 * The events that the parts of a client tell each other, and who publishes and who subscribes. Each part is given the bus and the
 * parts below it, none is filled in later (open-chat.ts): whatever a part has to say to one above it goes over the bus.
 *
 * - `announced`, by all parts: an event for the listeners of the client. The Announcer gives it to them, and publishes `heard`;
 *   Conversations notes how far they know a conversation.
 * - `received`, by ReceivedEvents: an event of the daemon. People, Presence, GrantAnswers and Conversations take theirs.
 * - `queued`, by MyMessages: something of mine is in the outbox. The Outbox sends it, and publishes `sent`, `refused` or `stalled`:
 *   MyMessages tells listeners and those who wait for the message; Conversations puts what was `sent` into its place.
 * - `stored`, by Conversations: more of a conversation is in the cache. MyMessages looks for what somebody waits for.
 * - `locked`, by Conversations: keys of a room are lacking. Rooms asks its members. `epoch-opened`, by rooms: such a key is here.
 *   Conversations opens what waited for it.
 * - `clashed`, by Conversations: somebody else writes as a device of mine. OwnDevices takes another one.
 * - `failed`, by all parts: what nobody waited for failed. Chat tells the person, unless it is only that there is no link.
 */
import type { Event } from '../../protocol/wire/codec.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { OutboxItem } from '../notes/outbox-item.ts';
import type { ClientEvent } from '../types.ts';
import { EventBus } from './event-bus.ts';

export type ClientBusEvents = {
  announced: ClientEvent;
  heard: ClientEvent;
  received: Event;
  queued: ConversationRef;
  /** `entry`: the item as the daemon would give it back to me. */
  sent: { ref: ConversationRef; item: OutboxItem; entry: Entry };
  /** For good; `error` is why. */
  refused: { ref: ConversationRef; item: OutboxItem; error: unknown };
  /** Sending stopped at the item. It goes on with the next message, or after the next login. */
  stalled: { item: OutboxItem; error: unknown };
  stored: ConversationRef;
  /** Ids of epochs, hex; the same in `epoch-opened`. */
  locked: { ref: ConversationRef; epochs: ReadonlySet<string> };
  'epoch-opened': { ref: ConversationRef; epoch: string };
  /** The number of the device. */
  clashed: number;
  failed: unknown;
};

export class ClientBus extends EventBus<ClientBusEvents> {
  /** A sentence for the person. */
  notice(text: string): void {
    this.publish('announced', { type: 'notice', text });
  }
}
