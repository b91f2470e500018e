/**
 * Builds the parts of a chat from the bottom up: each is given the bus and the parts below it (events/client-bus.ts).
 */
import { hex } from '../protocol/base/bytes.ts';
import { Cache } from './cache/cache.ts';
import { Channels } from './channels/channels.ts';
import { Chat } from './lifecycle.ts';
import { Conversations } from './conversations/conversations.ts';
import { Receipts } from './conversations/receipts.ts';
import { SyncState } from './conversations/sync-state.ts';
import { ClientBus } from './events/client-bus.ts';
import { ReceivedEvents } from './events/received-events.ts';
import { SharedFiles } from './files/shared-files.ts';
import { type AccountContext, accountKey } from './login/account-context.ts';
import type { SignedIn } from './login/sign-in.ts';
import { Announcer } from './messages/announcer.ts';
import { MessageBuilder } from './messages/message-builder.ts';
import { MyMessages } from './messages/my-messages.ts';
import { Addressees } from './outbox/recipient-lookup.ts';
import { Outbox } from './outbox/outbox.ts';
import { OutboxStore } from './outbox/outbox-store.ts';
import { OwnDevices } from './outbox/own-devices.ts';
import { People } from './people/people.ts';
import { Presence } from './people/presence.ts';
import { GrantAnswers } from './rooms/grant-handler.ts';
import { Rooms } from './rooms/rooms.ts';
import { Intake } from './timeline/entry-processor.ts';
import { Transfers } from './transfers/transfers.ts';

/** @throws ClientError 'untrusted' when the daemon shows other rooms than the pinned ones */
export async function openChat(signedIn: SignedIn): Promise<Chat> {
  const { profile, lease } = signedIn;
  const context = contextOf(signedIn);
  const bus = new ClientBus();
  const announcer = new Announcer(bus);
  const received = new ReceivedEvents(context, bus);
  const cache = await Cache.open(profile, context.account);

  const people = new People(context, bus);
  const presence = new Presence(context, people, bus);
  const rooms = await Rooms.open(context, bus, people);
  new GrantAnswers(rooms, bus);

  const devices = new OwnDevices(profile, lease, bus);
  const outboxStore = new OutboxStore(context, devices);
  const messages = new MessageBuilder(context, cache, rooms);
  const mine = new MyMessages(context, bus, outboxStore, devices, messages);
  const receipts = new Receipts(context, cache, mine);

  const intake = new Intake(context, cache, rooms, outboxStore);
  const conversations = new Conversations({ context, bus, cache, rooms, intake, messages, receipts });
  const sync = new SyncState(received, conversations);
  const outbox = new Outbox(context, bus, outboxStore, devices, new Channels({ context, cache, conversations }, rooms));

  const addressees = new Addressees(signedIn, conversations);
  const transfers = new Transfers({
    connection: signedIn.connection,
    profile,
    bus,
    me: context.keyring.me.idFp,
    clock: context.clock,
    worker: { device: lease.device, held: (device) => profile.devices.isHeld(device) },
    addressees,
    mine,
    shared: new SharedFiles(context, cache, intake, conversations, sync),
    isPosted: async (file) =>
      (await outboxStore.lists(file)) || (await cache.hasShared(file, hex(context.keyring.me.idFp))),
  });
  return new Chat({
    context,
    bus,
    cache,
    received,
    announcer,
    people,
    presence,
    rooms,
    outboxStore,
    messages,
    mine,
    receipts,
    conversations,
    outbox,
    sync,
    addressees,
    transfers,
  });
}

function contextOf({ connection, profile, keyring, rsa, clock, daemon }: SignedIn): AccountContext {
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
