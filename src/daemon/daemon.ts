/**
 * Folder `daemon`: the server: it stores and forwards what it cannot read; it knows no client code. Starts, reloads and stops
 * a daemon. main.ts adds the process around it: arguments, log and signals.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { makeFolders } from '../platform/make-folders.ts';
import type { Random } from '../platform/random.ts';
import { equal } from '../protocol/base/bytes.ts';
import { passwordText } from '../protocol/base/password.ts';
import { MAX_INVITE } from '../protocol/base/safe-text.ts';
import { opaquePool, type SharedOpaque } from '../protocol/crypto/opaque.ts';
import { rsaPool, type SharedRsa } from '../protocol/crypto/rsa-pool.ts';
import { joinLink } from '../protocol/link/daemon-identity.ts';
import { Accounts } from './accounts/accounts.ts';
import { CardDirectory } from './accounts/card-directory.ts';
import { openIdentity } from './accounts/identity.ts';
import { Invites, MIN_CODE } from './accounts/invites.ts';
import { applyLive, type Config } from './config/config.ts';
import type { Context, DaemonContext } from './context.ts';
import { lockFolder } from './data/folder-lock.ts';
import { restrictPrivateFiles } from './data/private-files.ts';
import { StartError } from './data/start-error.ts';
import { type StorageError, watchSyncs } from './data/storage-error.ts';
import { Files } from './files/files.ts';
import { withDescriptorRefusals } from './limits/descriptor-refusals.ts';
import { type DescriptorShares, divideDescriptors } from './limits/descriptors.ts';
import { Limits } from './limits/limits.ts';
import { RefusedLinks } from './logging/refused-links.ts';
import { ThrottledWarnings } from './logging/throttled-warnings.ts';
import { announceGone, resumeClosings } from './login/close-account.ts';
import { type RequestTable, requestTable } from './requests/index.ts';
import { Epochs } from './rooms/epochs.ts';
import { Grants } from './rooms/grants.ts';
import { Rooms } from './rooms/rooms.ts';
import { Server } from './server/server.ts';
import { Broadcasts } from './sessions/broadcasts.ts';
import { EventFeed } from './sessions/event-feed.ts';
import { Sessions } from './sessions/sessions.ts';
import { watchClock } from './startup/clock-watch.ts';
import { checkDataFolder } from './startup/data-folder-check.ts';
import { startRetention } from './startup/retention.ts';
import { openSqliteStore } from './store-thread/sqlite-store.ts';

/**
 * 256 waiting private-key operations keep one thread busy for about a second. Clients give up after a few seconds, so
 * the newest run first.
 */
const POOL = { threads: 2, maxQueue: 256, newestFirst: true };
/**
 * Logged-in links that the limit of open files must leave room for. Below the first the daemon warns, below the second
 * it does not start.
 */
const FEW_LINKS = 256;
const FEWEST_LINKS = 16;

export type Daemon = {
  port: number;
  fingerprint: Uint8Array;
  join: string;
  /** Applies `next` and rereads users.txt. */
  reload(next: Config): Promise<void>;
  /** Resolves when storage fails for good. Nothing can be promised from then on: the program must stop. */
  broken: Promise<StorageError>;
  /** Stops in order. Everything promised is on stable storage when it resolves. */
  stop(): Promise<void>;
};

export type DaemonDependencies = {
  log: Logger;
  clock: Clock;
  random: Random;
  fs: FileSystem;
  /** Sent to peers in the handshake. */
  software: string;
  /** This machine's name, used in the join link when the daemon listens on every address. */
  hostname: string;
  /** The number of files and sockets this process may have open. */
  descriptors: number;
  /** Cryptography to use instead of worker threads of its own, which it would start. The caller closes it. */
  threads?: { rsa: SharedRsa; opaque: SharedOpaque };
  /** The request handlers; requests/index.ts by default. */
  table?: RequestTable;
};

/**
 * The daemon accepts connections when this resolves. On failure it closes what it opened.
 * @throws StartError or a system error
 */
export async function startDaemon(config: Config, dependencies: DaemonDependencies): Promise<Daemon> {
  const { log, clock, random, software } = dependencies;
  const { promise: broken, resolve: onBroken } = Promise.withResolvers<StorageError>();
  const fs = watchSyncs(withDescriptorRefusals(dependencies.fs), onBroken);
  const closers: (() => unknown)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const shares = sharesOf(dependencies.descriptors, log);
    await makeFolders(fs, config.dataDir, 0o700).catch((error: Error) => {
      throw new StartError(
        `the data folder ${config.dataDir} cannot be created: ${error.message}; choose another with --data-dir DIR`,
      );
    });
    closers.push(await lockFolder(config.dataDir));
    await checkDataFolder(fs, config.dataDir);
    await restrictPrivateFiles({ dir: config.dataDir, fs, log });
    const { rsa, opaque } = dependencies.threads ?? openThreads(closers);
    const identity = await openIdentity({ dir: config.dataDir, fs, random, rsa, opaque, log });
    const { opaqueSetup, daemonId, fingerprint, owner } = identity;
    const store = await openSqliteStore(join(config.dataDir, 'securechat.db'), { clock, onBroken, owner });
    closers.push(() => store.close());
    const feed = new EventFeed();
    const warnings = new ThrottledWarnings({ clock, log });
    const files = await Files.open({
      dir: join(config.dataDir, 'server_files'),
      fs,
      clock,
      store,
      config,
      log,
      warnings,
      transfers: shares.transfers,
    });
    closers.push(() => files.close());
    const directory = await CardDirectory.open(store, clock);
    const broadcasts = config.broadcast ? new Broadcasts({ clock, random }) : null;
    const rooms = await Rooms.open({ feed, broadcasts, clock, random, rsa, identity }, store);
    // A closing that was interrupted may have left the person in the lobby, but not in users.txt.
    const closing = new Set((await store.closings({})).map(({ name }) => name));
    const accounts = await Accounts.open({
      fs,
      dir: config.dataDir,
      log,
      // Clients normalize passwords in the same way.
      upgrade: (name, secret) => opaque.createRecord(opaqueSetup, name, passwordText(secret), daemonId),
      known: () => new Set([...rooms.lobby.names].filter((name) => !closing.has(name))),
    });
    const refused = new RefusedLinks({ clock, log });
    closers.push(() => refused.write());
    const limits = new Limits(clock);
    const context: DaemonContext = {
      config,
      log,
      clock,
      random,
      fs,
      identity,
      rsa,
      opaque,
      accounts,
      invites: new Invites(fs, config.dataDir),
      sessions: new Sessions(),
      limits,
      refused,
      warnings,
      store,
      directory,
      feed,
      defer: setImmediate,
      broadcasts,
      files,
      rooms,
      epochs: new Epochs({ directory, feed, limits, clock, log, config }),
      grants: new Grants({ feed, clock, random }),
      lobby: rooms.lobby.id,
    };
    await resumeClosings(context);
    closing.clear();
    await removeDeletedAccounts(context);
    await reportInvites(context);
    closers.push(await watchClock({ store, clock, log }));
    closers.push(startRetention({ config, store, files, clock, log }));
    const server = new Server(context, dependencies.table ?? requestTable, { software, shares: shares.links });
    const port = await server.listen(config.host, config.port);
    closers.push(() => server.shutdown());
    const everywhere = config.host === '0.0.0.0' || config.host === '::';
    return {
      port,
      fingerprint,
      join: joinLink(everywhere ? dependencies.hostname : config.host, port, fingerprint),
      reload: (next) => reload(context, next),
      broken,
      stop: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw explain(error, config.dataDir);
  }
}

function openThreads(closers: (() => unknown)[]): { rsa: SharedRsa; opaque: SharedOpaque } {
  const rsa = rsaPool(POOL);
  const opaque = opaquePool(POOL);
  closers.push(
    () => rsa.close(),
    () => opaque.close(),
  );
  return { rsa, opaque };
}

/** @throws StartError when the limit of open files is too low to serve anyone */
function sharesOf(descriptors: number, log: Logger): DescriptorShares {
  const shares = divideDescriptors(descriptors);
  const count = shares.links.loggedIn;
  const raise = 'raise it (LimitNOFILE in a unit, ulimit -n in a shell)';
  if (count < FEWEST_LINKS) {
    throw new StartError(`a limit of ${descriptors} open files is too low for this daemon: ${raise}`);
  }
  if (count < FEW_LINKS) {
    log.warn({ evt: 'few_descriptors', count }, `the limit of open files allows few links at once: ${raise}`);
  }
  return shares;
}

/** Adds the folder and a remedy to a file system error. */
function explain(error: unknown, dir: string): unknown {
  if (!(error instanceof Error) || error instanceof StartError || !('syscall' in error)) return error;
  return new StartError(`cannot use ${dir}: ${error.message}; check that folder and its files`);
}

async function reload(context: Context, next: Config): Promise<void> {
  const { config, log, accounts, sessions } = context;
  const needRestart = applyLive(config, next);
  if (needRestart.length > 0)
    log.warn({ evt: 'config_needs_start', settings: needRestart }, 'these settings need a restart');
  await accounts.reload();
  await reportInvites(context);
  await removeDeletedAccounts(context);
  for (const session of sessions.all()) {
    if (session.account === null) continue;
    const now = accounts.get(session.account.name);
    if (now === undefined && accounts.isUnreadable(session.account.name)) continue;
    const same =
      now !== undefined &&
      now.record === session.account.record &&
      (now.idFp === null ? session.account.idFp === null : equal(now.idFp, session.account.idFp ?? new Uint8Array(0)));
    if (same) session.account = now;
    else session.end('ended', 'the account was changed by the operator; log in again');
  }
}

/**
 * Removes members whose account is gone. Does nothing while users.txt has an unreadable line or an identity without key
 * card here.
 */
async function removeDeletedAccounts(context: Context): Promise<void> {
  const { rooms, accounts, directory, log, store, defer, feed } = context;
  const isKnown = accounts.all().every(({ idFp }) => idFp === null || directory.newest(idFp) !== undefined);
  if (accounts.complete && isKnown) {
    for (const { name } of await rooms.removeMembersWithoutAccount(accounts, store, defer)) {
      log.info({ evt: 'user_removed', user: name }, 'removed from the lobby: the account is gone from users.txt');
      if (accounts.get(name) === undefined) announceGone(feed, name);
    }
    return;
  }
  const count = rooms.membersWithoutAccount(accounts).length;
  if (count === 0) return;
  const what =
    'some members of the lobby are not in users.txt, and the file was cut off, has an unreadable line, or has an identity that securechat.db does not know: they stay in the lobby until it is repaired; a complete file ends with a line feed, and has the line "# end of accounts" if its first line says so';
  log.error({ evt: 'users_damaged', count }, what);
}

/** Logs the unusable lines of invites.txt by number, because codes must not appear in the log. */
async function reportInvites({ config, invites, log }: Context): Promise<void> {
  if (config.registration !== 'invite') return;
  const what = `this line of invites.txt is not a usable code: a code has ${MIN_CODE} to ${MAX_INVITE} characters`;
  for (const line of await invites.unusableLines()) log.warn({ evt: 'invites_line_unusable', line }, what);
}
