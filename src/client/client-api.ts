/** The interface of the library: what a client that is logged in can do. */
import type { AccountMethods } from './account-methods.ts';
import type {
  ClientEvent,
  Conversation,
  ConversationName,
  FileInfo,
  FileRef,
  Gap,
  LinkState,
  ListedFile,
  Message,
  MessageRef,
  Person,
  TransferOptions,
  TransferState,
} from './types.ts';

/**
 * A client that is logged in. Its methods throw ClientError; the codes are listed with each method. In addition, every method that
 * stores something may throw 'disk-full', and every method that asks the server 'unreachable' and 'refused'.
 */
export interface Client extends AccountMethods {
  /**
   * This account, its server, and the number of this device. Fingerprints are hex.
   * @example
   * console.log(`${client.me.name} on ${client.me.daemon.address}`);
   */
  readonly me: {
    name: string;
    fingerprint: string;
    daemon: { address: string; fingerprint: string };
    device: number;
  };

  /**
   * The folder of this profile.
   * @example
   * console.log(`your keys are in ${client.profile}`);
   */
  readonly profile: string;

  /**
   * The state of the connection now. Changes come as `link` events.
   * @example
   * if (client.link.state === 'waiting') console.log(`offline: ${client.link.reason}`);
   */
  readonly link: LinkState;

  /**
   * Calls `listener` for every event; the first one also gets earlier events. If a listener throws, all listeners get a notice.
   * @returns a function that ends the subscription
   * @example
   * const unsubscribe = client.subscribe((event) => {
   *   if (event.type === 'notice') console.log(event.text);
   * });
   * unsubscribe();
   */
  subscribe(listener: (event: ClientEvent) => void): () => void;

  /**
   * Resolves with the conversations that have messages or unsent messages (also to a name that does not exist), the newest first.
   * @example
   * for (const { name, unread } of await client.conversations()) console.log(name, unread);
   */
  conversations(): Promise<Conversation[]>;

  /**
   * Resolves with all accounts of the server, sorted by name.
   * @throws ClientError 'unreachable'; 'untrusted' when the server's list has no end
   * @example
   * const online = (await client.people()).filter((person) => person.online);
   */
  people(): Promise<Person[]>;

  /**
   * Resolves with the newest messages that the options allow, oldest first. Reads the local cache, and fetches what it lacks.
   * @param options `before`: only messages with a lower seq. `limit`: the most messages; default 100. `since`: only messages from
   *   this time on, ms since 1970 UTC
   * @returns `more`: whether there are older messages
   * @throws ClientError 'usage' for a malformed name, 'refused' when there is no such person or room
   * @example
   * const { messages, more } = await client.history('@bob', { limit: 20 });
   * const oldest = messages[0]?.seq;
   * if (more && oldest != null) await client.history('@bob', { before: oldest });
   */
  history(
    conversation: ConversationName,
    options?: { before?: number; limit?: number; since?: number },
  ): Promise<{ messages: Message[]; gaps: Gap[]; more: boolean }>;

  /**
   * Stores a message in the outbox and resolves. Its progress comes as `message` events, and so does the failure when it turns out,
   * after a time without a connection, that the recipient does not exist.
   * @throws ClientError 'usage' when the text is too long or the name malformed; 'refused' when there is no such person or room, the
   *   outbox is full, or the conversation does not hold the message that is replied to; 'key-changed'
   * @example
   * const [question] = (await client.history('@bob', { limit: 1 })).messages;
   * if (question) await client.queue('@bob', 'yes', { reply: question });
   */
  queue(to: ConversationName, body: string, options?: { reply?: MessageRef }): Promise<Message>;

  /**
   * Sends a text. Resolves when the message is stored by the server or, with `until: 'delivered'`, when the other side has signed a
   * receipt. Waits for the connection.
   * @throws ClientError 'usage' when the text is too long, the name malformed, or a receipt is expected in a room; 'refused' when
   *   there is no such person or room, the outbox is full, or the server refuses the message; 'key-changed'; 'unreachable' when the
   *   client is closed; the `code` of the `closed` state when the connection is closed for good
   * @example
   * const { at } = await client.send('@bob', 'hello', { until: 'delivered' });
   * console.log(new Date(at));
   */
  send(to: ConversationName, text: string, options?: { until?: 'sent' | 'delivered' }): Promise<Message>;

  /**
   * Replaces the text of a message of this account. Resolves when the edit is in the outbox.
   * @throws ClientError 'usage' for a file or a text that is too long; 'refused' for a message of somebody else, or one that was not
   *   sent yet; 'key-changed'
   * @example
   * await client.edit(await client.send('@bob', 'helo'), 'hello');
   */
  edit(message: Message, text: string): Promise<void>;

  /**
   * Deletes a message of this account. Resolves when the deletion is in the outbox. A failed message is only removed from the outbox.
   * @throws ClientError 'refused' for a message of somebody else, or one that was not sent yet; 'key-changed'
   * @example
   * await client.remove(await client.send('@bob', 'wrong window'));
   */
  remove(message: Message): Promise<void>;

  /**
   * Adds (`on`) or takes back a reaction. Resolves when it is in the outbox.
   * @throws ClientError 'usage' when the reaction to add is not one emoji; 'refused' when the conversation does not hold the message;
   *   'key-changed'
   * @example
   * for await (const message of listen(client)) await client.react(message, '👍', true);
   */
  react(message: Message, emoji: string, on: boolean): Promise<void>;

  /**
   * Sends a failed message again, as the newest one of its conversation.
   * @param id the message's id
   * @throws ClientError 'refused' when there is no failed message with this id, or no such person or room; 'key-changed'
   * @example
   * const { messages } = await client.history('@bob');
   * for (const { id, state } of messages) if (state === 'failed') await client.retry(id);
   */
  retry(id: string): Promise<void>;

  /**
   * Marks everything up to `seq` as read, on all devices of this account.
   * @throws ClientError 'usage' for a malformed name; 'refused' when there is no such person or room
   * @example
   * for await (const { conversation, seq } of listen(client)) if (seq !== null) await client.markRead(conversation, seq);
   */
  markRead(conversation: ConversationName, seq: number): Promise<void>;

  /**
   * Tells the other side that this person is typing: at most once in 3 seconds, and in private conversations only. Never throws.
   * @example
   * client.typing('@bob');
   */
  typing(to: ConversationName): void;

  /**
   * Tells everybody whether this person is away. The client repeats it after each reconnection.
   * @throws ClientError 'refused' when it changes too often; nothing changes then
   * @example
   * await client.away(true);
   */
  away(on: boolean): Promise<void>;

  /**
   * Reconnects now instead of at `retryAt`, and gives up an attempt that is still unanswered. Does nothing while online.
   * @example
   * if (client.link.state === 'waiting') client.reconnect();
   */
  reconnect(): void;

  /**
   * Shares a file. Resolves when the server has stored the file and its message. Called again with the same file, it continues where
   * it stopped.
   * @param options `onProgress` is called a few times a second
   * @throws ClientError 'usage' when the file cannot be read, has changed, or is being sent already; 'refused' when there is no such
   *   person or room, or no room for the file; 'key-changed'; 'cancelled' when `signal` aborts; 'unreachable' when the connection is
   *   closed for good
   * @example
   * const onProgress = ({ done, size }: TransferState) => console.log(`${done} of ${size} bytes`);
   * const { id } = await client.upload('@bob', './photo.jpg', { onProgress });
   */
  upload(to: ConversationName, path: string, options?: TransferOptions): Promise<FileInfo>;

  /**
   * Resolves with the files of a conversation, or of all conversations, the newest first.
   * @throws ClientError 'usage' for a malformed name; 'refused' when there is no such person or room; 'untrusted' when the server
   *   repeats itself
   * @example
   * for (const { name, size, from } of await client.files('#lobby')) console.log(name, size, from);
   */
  files(conversation?: ConversationName): Promise<ListedFile[]>;

  /**
   * Downloads and verifies a file. Called again with the same folder, it continues where it stopped.
   * @param options `dir`: the folder; it is made if it is missing. No file in it is overwritten
   * @returns the path of the saved file
   * @throws ClientError 'usage' when the folder cannot be used or the download is running already; 'refused' when no conversation has
   *   the file, it is not what its sender signed, or the disk is full; 'cancelled' when `signal` aborts; 'unreachable' when the
   *   connection is closed for good
   * @example
   * const [newest] = await client.files('@bob');
   * if (newest) console.log(await client.download(newest, { dir: './downloads' }));
   */
  download(file: FileRef, options: TransferOptions & { dir: string }): Promise<string>;

  /**
   * Resolves with the unfinished transfers of this account and profile, also from before this start: running here or paused, but not
   * those that another program of this profile runs. A download that was saved just before its program ended is listed once, as done.
   * @example
   * for (const { name, done, size } of await client.transfers()) console.log(`${name}: ${done} of ${size} bytes`);
   */
  transfers(): Promise<TransferState[]>;

  /**
   * Continues a paused or failed transfer. Resolves when it is done.
   * @param options `dir`: the folder in which a download starts over if its own folder cannot be used any more
   * @throws ClientError 'usage' when the file to send is gone or changed (the transfer stays: restore the file, or `drop` it);
   *   'refused' when there is no such transfer; 'key-changed'; 'cancelled' when `signal` aborts; 'unreachable' when the connection is
   *   closed for good
   * @example
   * for (const transfer of await client.transfers()) if (transfer.state === 'paused') await client.resume(transfer);
   */
  resume(transfer: FileRef, options?: TransferOptions & { dir?: string }): Promise<TransferState>;

  /**
   * Pauses a transfer of this client. Resolves when it has stopped. `resume` continues it, also after a restart.
   * @throws ClientError 'refused' when this client is not running it
   * @example
   * for (const transfer of await client.transfers()) if (transfer.state === 'running') await client.pause(transfer);
   */
  pause(transfer: FileRef): Promise<void>;

  /**
   * Gives up a transfer: deletes the server's part of an upload (after the next login, if offline) or the `.part` file of a download.
   * @throws ClientError 'refused' when there is no such transfer, or another program is running it
   * @example
   * for (const transfer of await client.transfers()) await client.drop(transfer);
   */
  drop(transfer: FileRef): Promise<void>;

  /**
   * Resolves with the safety number, 60 digits: both sides see the same one. It is of the changed key if there is one.
   * @throws ClientError 'refused' when there is no such person, or they have no keys yet
   * @example
   * console.log(await client.safetyNumber('bob'));
   */
  safetyNumber(name: string): Promise<string>;

  /**
   * Stores whether this person has compared the safety number of `name`, for all devices of this account.
   * @throws ClientError 'key-changed' when the pinned key is not that of the last `safetyNumber`; 'refused' when there is no such person
   * @example
   * await client.setVerified('bob', true);
   */
  setVerified(name: string, verified: boolean): Promise<void>;

  /**
   * Pins the changed key of `name`, on all devices of this account. It counts as not verified.
   * @throws ClientError 'key-changed' when the server shows yet another key than the one of the last `safetyNumber` or `key-changed`
   *   event; 'refused' when the key has not changed; 'untrusted' when the server gives the card of somebody else
   * @example
   * console.log('the new safety number:', await client.safetyNumber('bob'));
   * await client.acceptKey('bob');
   */
  acceptKey(name: string): Promise<void>;

  /**
   * Resolves with the conversations that this person muted, on any device of this account. The client only stores this: messages
   * arrive as before.
   * @example
   * const muted = new Set(await client.muted());
   * for await (const message of listen(client)) if (!muted.has(message.conversation)) console.log(message.from);
   */
  muted(): Promise<ConversationName[]>;

  /**
   * Mutes a conversation, or with `on` false takes that back, on all devices of this account. Resolves when it is stored here; other
   * devices follow when they and this one are online.
   * @throws ClientError 'usage' for a malformed name; 'refused' when there is no such room
   * @example
   * await client.mute('#lobby', true);
   */
  mute(conversation: ConversationName, on: boolean): Promise<void>;

  /**
   * Resolves with the names of the people whom this person blocked, on any device of this account. The client only stores this: their
   * messages arrive as before.
   * @example
   * const blocked = new Set(await client.blocked());
   * for await (const message of listen(client)) if (!blocked.has(message.from)) console.log(message.from);
   */
  blocked(): Promise<string[]>;

  /**
   * Blocks a person, or with `on` false takes that back, on all devices of this account. Resolves as `mute` does.
   * @throws ClientError 'usage' for a malformed name, or one's own
   * @example
   * await client.block('mallory', true);
   */
  block(name: string, on: boolean): Promise<void>;

  /**
   * Closes the client. Waits up to 2 seconds for messages that are being sent; the rest stays in the outbox.
   * @example
   * await client.close();
   */
  close(): Promise<void>;
}
