/**
 * Folder `events`: the events with which the parts of a client speak to each other; it knows none of these parts.
 *
 * The events between the parts of a client. client-parts.ts builds the parts from the bottom up: each is given the bus and the parts
 * below it. A part calls those below it; it publishes an event for those above it.
 *
 * - `announced`, by all parts: an event for the client's listeners. EventDelivery passes it on and publishes `heard`; Conversations
 *   then notes how far the listeners know the conversation.
 * - `received`, by ReceivedEvents: an event of the daemon. People, Presence, AccountDevices, Decisions, GrantHandler, Conversations and
 *   ClientLifecycle handle theirs.
 * - `queued`, by MyMessages: an item is in the outbox. The Outbox sends it, and publishes `sent`, `refused` or `stalled`: MyMessages
 *   announces that and resolves waiting promises; Conversations adds the entry of a `sent` item to its timeline.
 * - `stored`, by Conversations: more entries are in the cache. MyMessages resolves promises that wait for one of them.
 * - `locked`, by Conversations: epoch keys of a room are missing. Rooms asks the members for them. `epoch-opened`, by rooms: a key has
 *   come. Conversations opens the messages that waited for it.
 * - `repinned`, by Decisions: another identity of a person is pinned now. ClientLifecycle starts the new conversation.
 * - `clashed`, by Conversations: another program writes as a device of this process. OwnDevices takes another device.
 * - `failed`, by all parts: an action failed that no caller waits for. ClientLifecycle shows it as a notice, unless only the link is missing.
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
  /** `entry`: the item as the daemon would give it to me. */
  sent: { ref: ConversationRef; item: OutboxItem; entry: Entry };
  /** The item failed for good. */
  refused: { ref: ConversationRef; item: OutboxItem; error: unknown };
  /** Sending stopped at this item, and goes on with the next message, or after the next login. */
  stalled: { item: OutboxItem; error: unknown };
  stored: ConversationRef;
  /** Ids of epochs, hex. */
  locked: { ref: ConversationRef; epochs: ReadonlySet<string> };
  'epoch-opened': { ref: ConversationRef; epoch: string };
  /** The person's name. */
  repinned: string;
  /** The device's number. */
  clashed: number;
  failed: unknown;
};

export class ClientBus extends EventBus<ClientBusEvents> {
  /** Announces a sentence for the person. */
  notice(text: string): void {
    this.publish('announced', { type: 'notice', text });
  }
}
