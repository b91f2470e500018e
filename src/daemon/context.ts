/** What every request handler is given. Types only. */
import type { Logger } from 'pino';
import type { Clock, FileSystem, Random } from '../platform/seams.ts';
import type { Opaque, SharedOpaque } from '../protocol/crypto/opaque.ts';
import type { SharedRsa } from '../protocol/crypto/rsa-pool.ts';
import type { RequestName, RequestParams, RequestResult } from '../protocol/wire/requests.ts';
import type { Accounts } from './accounts.ts';
import type { Broadcasts } from './broadcasts.ts';
import type { Chat, Later } from './chat.ts';
import type { Config } from './config.ts';
import type { Directory } from './directory.ts';
import type { Epochs } from './epochs.ts';
import type { Files } from './files.ts';
import type { Grants } from './grants.ts';
import type { Identity } from './identity.ts';
import type { Invites } from './invites.ts';
import type { Limits } from './limits.ts';
import type { MinuteWarnings } from './minute-warnings.ts';
import type { RefusedLinks } from './refused-links.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import type { SharedStore, Store } from './store/store.ts';

export type Context = {
  config: Config;
  log: Logger;
  clock: Clock;
  random: Random;
  fs: FileSystem;
  identity: Identity;
  opaque: Opaque;
  accounts: Accounts;
  invites: Invites;
  sessions: Sessions;
  limits: Limits;
  refused: RefusedLinks;
  warnings: MinuteWarnings;
  store: Store;
  directory: Directory;
  chat: Chat;
  /** For what follows an answer: it takes its turn in the budget of the client. */
  later: Later;
  /** null: everything goes by each session's own link. */
  broadcasts: Broadcasts | null;
  rooms: Rooms;
  epochs: Epochs;
  grants: Grants;
  files: Files;
  /** The conversation id of #lobby. */
  lobby: Uint8Array;
};

/** The daemon's own, whose threads can work for one budget (paid.ts). */
export type SharedContext = Context & { rsa: SharedRsa; opaque: SharedOpaque; store: SharedStore };

/** Carries out one request. @throws Refusal for an expected no; anything else is a bug and ends the session. */
export type Handler<N extends RequestName> = (
  context: Context,
  session: Session,
  params: RequestParams<N>,
) => Promise<RequestResult<N>>;
