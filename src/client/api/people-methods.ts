/** The part of the library's interface that is about other people: their presence, their keys, and whom this person blocks. */
import type { Person } from '../types.ts';

/** Methods of `Client`. They throw ClientError; the codes are listed with each method. */
export interface PeopleMethods {
  /**
   * Resolves with all accounts of the server, sorted by name.
   * @throws ClientError 'unreachable'; 'untrusted' when the server's list has no end
   * @example
   * const online = (await client.people()).filter((person) => person.online);
   */
  people(): Promise<Person[]>;

  /**
   * Tells everybody whether this person is away. The client repeats it after each reconnection.
   * @throws ClientError 'refused' when it changes too often; nothing changes then
   * @example
   * await client.away(true);
   */
  away(on: boolean): Promise<void>;

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
}
