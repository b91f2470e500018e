/** Builds the parts of a client from the bottom up: each gets the bus and the parts below it (events/client-bus.ts). */
import { hex } from '../protocol/base/bytes.ts';
import { Cache } from './cache/cache.ts';
import { Channels } from './channels/channels.ts';
import { Conversations } from './conversations/conversations.ts';
import { Receipts } from './conversations/receipts.ts';
import { SyncState } from './conversations/sync-state.ts';
import { AccountDevices } from './devices/account-devices.ts';
import { ClientBus } from './events/client-bus.ts';
import { ReceivedEvents } from './events/received-events.ts';
import { SharedFiles } from './files/shared-files.ts';
import { accountKey, type ClientContext } from './login/client-context.ts';
import type { SignedIn } from './login/sign-in.ts';
import { EventDelivery } from './messages/event-delivery.ts';
import { MyMessages } from './messages/my-messages.ts';
import { ShownMessages } from './messages/shown-messages.ts';
import { Outbox } from './outbox/outbox.ts';
import { OutboxStore } from './outbox/outbox-store.ts';
import { OwnDevices } from './outbox/own-devices.ts';
import { RecipientLookup } from './outbox/recipient-lookup.ts';
import { People } from './people/people.ts';
import { Presence } from './people/presence.ts';
import { SealedRows } from './profile/sealed-rows.ts';
import { GrantHandler } from './rooms/grant-handler.ts';
import { Rooms } from './rooms/rooms.ts';
import { Decisions } from './shared/decisions.ts';
import { EntryProcessor } from './timeline/entry-processor.ts';
import { Transfers } from './transfers/transfers.ts';
import { SeenDevices } from './trust/seen-devices.ts';
import { SharedPins } from './trust/shared-pins.ts';

export type ClientParts = {
  context: ClientContext;
  bus: ClientBus;
  cache: Cache;
  received: ReceivedEvents;
  announcer: EventDelivery;
  people: People;
  presence: Presence;
  accountDevices: AccountDevices;
  rooms: Rooms;
  decisions: Decisions;
  outboxStore: OutboxStore;
  messages: ShownMessages;
  myMessages: MyMessages;
  receipts: Receipts;
  conversations: Conversations;
  outbox: Outbox;
  sync: SyncState;
  recipients: RecipientLookup;
  transfers: Transfers;
};

/** Opens the stored state, and builds all parts. @throws ClientError 'untrusted' when the daemon shows other rooms than the pinned ones */
export async function openParts(signedIn: SignedIn): Promise<ClientParts> {
  const { profile, lease } = signedIn;
  const context = contextOf(signedIn);
  const bus = new ClientBus();
  const announcer = new EventDelivery(bus);
  const received = new ReceivedEvents(context, bus);
  const cache = await Cache.open(profile, context.account);

  const people = new People(context, bus);
  const presence = new Presence(context, people, bus);
  const seen = new SeenDevices(new SealedRows(profile), signedIn.daemon.fingerprint, signedIn.name);
  const accountDevices = new AccountDevices(context, bus, seen);
  const rooms = await Rooms.open(context, bus, people);
  const decisions = new Decisions({
    context,
    bus,
    people,
    rooms,
    pins: new SharedPins(profile.db, signedIn.daemon.fingerprint),
  });
  new GrantHandler(rooms, bus);

  const devices = new OwnDevices(profile, lease, bus);
  const outboxStore = new OutboxStore(context, devices);
  const messages = new ShownMessages(context, cache, rooms);
  const myMessages = new MyMessages(context, bus, outboxStore, devices, messages);
  const receipts = new Receipts(context, cache, myMessages);

  const processor = new EntryProcessor(context, cache, rooms, outboxStore);
  const conversations = new Conversations({ context, bus, cache, rooms, processor, messages, receipts });
  const sync = new SyncState(received, conversations);
  const outbox = new Outbox(context, bus, outboxStore, devices, new Channels({ context, cache, conversations }, rooms));

  const recipients = new RecipientLookup(signedIn, conversations);
  const transfers = new Transfers({
    connection: signedIn.connection,
    profile,
    bus,
    me: context.keyring.me.idFp,
    clock: context.clock,
    worker: { device: lease.device, isHeld: (device) => profile.devices.isHeld(device) },
    recipients,
    myMessages,
    shared: new SharedFiles(context, cache, processor, conversations, sync),
    isPosted: async (file) =>
      (await outboxStore.postsFile(file)) || (await cache.hasShared(file, hex(context.keyring.me.idFp))),
  });
  return {
    context,
    bus,
    cache,
    received,
    announcer,
    people,
    presence,
    accountDevices,
    rooms,
    decisions,
    outboxStore,
    messages,
    myMessages,
    receipts,
    conversations,
    outbox,
    sync,
    recipients,
    transfers,
  };
}

function contextOf({ connection, profile, keyring, rsa, clock, daemon }: SignedIn): ClientContext {
  return {
    connection,
    profile,
    keyring,
    rsa,
    clock,
    daemonId: daemon.daemonId,
    daemonSignSpki: daemon.signSpki,
    account: accountKey(daemon.daemonId, keyring.me.idFp),
  };
}
