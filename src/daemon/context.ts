/** The objects that every request handler receives. Types only. */
import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { FileSystem } from '../platform/file-system.ts';
import type { Random } from '../platform/random.ts';
import type { Opaque, SharedOpaque } from '../protocol/crypto/opaque.ts';
import type { SharedRsa } from '../protocol/crypto/rsa-pool.ts';
import type { RequestName, RequestParams, RequestResult } from '../protocol/wire/requests.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { CardDirectory } from './accounts/card-directory.ts';
import type { DaemonIdentity } from './accounts/identity.ts';
import type { Invites } from './accounts/invites.ts';
import type { Config } from './config/config.ts';
import type { Files } from './files/files.ts';
import type { Limits } from './limits/limits.ts';
import type { RefusedLinks } from './logging/refused-links.ts';
import type { ThrottledWarnings } from './logging/throttled-warnings.ts';
import type { Epochs } from './rooms/epochs.ts';
import type { Grants } from './rooms/grants.ts';
import type { Rooms } from './rooms/rooms.ts';
import type { Broadcasts } from './sessions/broadcasts.ts';
import type { Defer, EventFeed } from './sessions/event-feed.ts';
import type { Session } from './sessions/session.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { SharedStore, Store } from './store/store.ts';

export type Context = {
  config: Config;
  log: Logger;
  clock: Clock;
  random: Random;
  fs: FileSystem;
  identity: DaemonIdentity;
  opaque: Opaque;
  accounts: Accounts;
  invites: Invites;
  sessions: Sessions;
  limits: Limits;
  refused: RefusedLinks;
  warnings: ThrottledWarnings;
  store: Store;
  directory: CardDirectory;
  feed: EventFeed;
  /** Schedules work that follows an answer, such as sending events. Its time is charged to the client's budget. */
  defer: Defer;
  /** null when broadcasts are switched off: each session then gets its own sealed copy. */
  broadcasts: Broadcasts | null;
  rooms: Rooms;
  epochs: Epochs;
  grants: Grants;
  files: Files;
  /** The conversation id of #lobby. */
  lobby: Uint8Array;
};

/** The daemon's own context. Its worker pools and store can also work on a client's budget (charged-context.ts). */
export type DaemonContext = Context & { rsa: SharedRsa; opaque: SharedOpaque; store: SharedStore };

/**
 * Handles one request.
 * @throws Refusal when the request is not allowed; any other error is a bug and ends the session.
 */
export type Handler<N extends RequestName> = (
  context: Context,
  session: Session,
  params: RequestParams<N>,
) => Promise<RequestResult<N>>;
