/**
 * Folder `api`: the interface of the library, one file for each subject; it knows no code behind it.
 */
import type { ClientEvent, LinkState } from '../types.ts';
import type { AccountMethods } from './account-methods.ts';
import type { FileMethods } from './file-methods.ts';
import type { MessageMethods } from './message-methods.ts';
import type { PeopleMethods } from './people-methods.ts';

/**
 * A client that is logged in. Its methods throw ClientError; the codes are listed with each method. In addition, every method that
 * stores something may throw 'disk-full', and every method that asks the server 'unreachable' and 'refused'.
 */
export interface Client extends MessageMethods, FileMethods, PeopleMethods, AccountMethods {
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
   * Reconnects now instead of at `retryAt`, and gives up an attempt that is still unanswered. Does nothing while online.
   * @example
   * if (client.link.state === 'waiting') client.reconnect();
   */
  reconnect(): void;

  /**
   * Closes the client. Waits up to 2 seconds for messages that are being sent; the rest stays in the outbox.
   * @example
   * await client.close();
   */
  close(): Promise<void>;
}
