/**
 * Proves that an export restores: in a temporary profile, with the ticket of the export. Sends no message, receipt, mark, card or
 * request for keys; the profiles of this person are not touched.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportContents } from '../../protocol/account/export-contents.ts';
import { joinLink } from '../../protocol/link/daemon-identity.ts';
import { type ClientParts, openParts } from '../client-parts.ts';
import type { Ask, ConnectOptions } from '../connect-types.ts';
import { parseServer } from '../connection/server-address.ts';
import { ConversationLimit, type ListedConversation, listConversations } from '../conversations/list-conversations.ts';
import { ClientError } from '../errors.ts';
import type { CheckedExport } from '../export-types.ts';
import { type Platform, prepareLogin } from '../login/prepare-login.ts';
import { startSession } from '../login/sign-in.ts';
import { EntryProcessor } from '../timeline/entry-processor.ts';
import { logInByExport } from './export-login.ts';
import { accountOf, restoreInto } from './restored-account.ts';

/** `server`: its address, if it is not the one of the export; `timeout`: how long to try to reach it, in ms. */
type RehearsalOptions = Pick<ConnectOptions, 'server' | 'timeout'> & { progress?: Ask['progress'] };

export class Rehearsal {
  readonly #contents: ExportContents;
  readonly #dir: string;
  readonly #closers: (() => Promise<void>)[] = [];
  /** At the end of a process that has no time for `close`. */
  readonly #deleteAtOnce: () => void;

  private constructor(contents: ExportContents, dir: string) {
    this.#contents = contents;
    this.#dir = dir;
    this.#deleteAtOnce = () => rmSync(dir, { recursive: true, force: true });
    process.once('exit', this.#deleteAtOnce);
  }

  /** Makes the temporary profile: a folder (0700), which `close` deletes. */
  static async open(contents: ExportContents): Promise<Rehearsal> {
    return new Rehearsal(contents, await mkdtemp(join(tmpdir(), 'securechat-check-')));
  }

  /**
   * Restores the export, logs in, and opens the newest message of each conversation.
   * @throws ClientError 'unreachable', 'login-refused' when the export was ended, 'key-changed' or 'untrusted' when the server shows
   *   another key or identity
   */
  async run(
    { timeout, server, progress = () => {} }: RehearsalOptions,
    platform?: Partial<Platform>,
  ): Promise<CheckedExport> {
    const { name, daemon, madeAt } = this.#contents;
    const { address } = parseServer(server ?? daemon.address);
    const prepared = await prepareLogin(
      {
        server: joinLink(address.host, address.port, daemon.fingerprint),
        user: name,
        profile: join(this.#dir, 'profile'),
        ask: { trust: async () => false, password: async () => null, progress },
        ...(timeout !== undefined && { timeout }),
      },
      platform,
    );
    this.#closers.push(() => prepared.close());
    const account = accountOf(this.#contents);
    const login = await logInByExport(prepared, this.#contents, account);
    await restoreInto(prepared, this.#contents, { account: login.account, local: null });
    const session = startSession(prepared, login, () => {
      throw new ClientError('unreachable', 'the connection was lost; check the export again');
    });
    const parts = await openParts(session);
    const result: CheckedExport = {
      name,
      madeAt,
      renewedSince: login.renewedSince !== null,
      conversations: 0,
      messages: 0,
      failed: [],
      changed: [],
    };
    for (const { sync, members } of parts.rooms.all) {
      await sync.sync();
      // The log says first that this account is a member; then the daemon gives the keys.
      if (members.joined) await sync.sync();
    }
    const listed = await listConversations(session.connection, new ConversationLimit(() => {}));
    for (const each of listed) await open(parts, each, result);
    return result;
  }

  /** Ends the connection and deletes everything. */
  async close(): Promise<void> {
    try {
      for (const close of this.#closers.splice(0)) await close();
    } finally {
      await rm(this.#dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      process.off('exit', this.#deleteAtOnce);
    }
  }
}

/** Opens the newest message of a conversation, and adds the outcome to `result`. */
async function open(parts: ClientParts, listed: ListedConversation, result: CheckedExport): Promise<void> {
  const { context, cache, rooms, outboxStore, conversations } = parts;
  if (listed.head === 0) return;
  const { entries } = await context.connection.request('fetch', {
    conversation: listed.conversation,
    after: 0,
    before: null,
    limit: 1,
    newest: true,
    kinds: ['note', 'message'],
  });
  const ref = await conversations.refOf(listed.conversation, listed.with);
  if (ref === null && listed.with !== null) {
    result.changed.push(listed.with);
    return;
  }
  const [newest] = entries;
  if (ref === null || newest === undefined) return;
  result.conversations += 1;
  result.messages += listed.head - (ref.kind === 'room' ? await bookkeeping(context, ref.key) : 0);
  const opened = await new EntryProcessor(context, cache, rooms, outboxStore).peek(ref, newest);
  if (opened === null) result.failed.push(ref.name);
}

/** How many entries of a room are no messages: those of its log, and its epochs. */
async function bookkeeping({ profile }: ClientParts['context'], room: string): Promise<number> {
  const [row] = await profile.db.all(
    `SELECT (SELECT count(*) FROM room_logs WHERE room = ?) + (SELECT count(*) FROM epochs WHERE room = ?) AS n`,
    [room, room],
  );
  return Number(row?.n);
}
