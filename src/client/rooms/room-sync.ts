/**
 * Brings a room's log and epochs up to date with the daemon, checks what is new, and joins the room. Knows nothing of what is said
 * in it.
 */
import { equal } from '../../protocol/base/bytes.ts';
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import { parseEpoch } from '../../protocol/sealed/epoch.ts';
import { parseLogEntry } from '../../protocol/sealed/room-log.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import { ClientError } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { AccountContext } from '../login/account-context.ts';
import type { RoomRef } from '../notes/conversation-ref.ts';
import type { KnownEpoch, RoomKeys } from './room-keys.ts';
import type { RoomMembers } from './room-members.ts';

const PAGE = 500;
/** Entries of one kind that are fetched at once, however many the daemon has. */
const MAX_FETCHED = 100_000;

export class RoomSync {
  readonly #context: AccountContext;
  readonly #bus: ClientBus;
  readonly #ref: RoomRef;
  readonly #members: RoomMembers;
  readonly #keys: RoomKeys;
  #syncing: Promise<void> | null = null;
  #joining: Promise<void> | null = null;
  /** The epochs of this login were fetched. */
  #looked = false;
  /** Who came and went while there was no link is not known yet. */
  #behind = true;

  constructor(context: AccountContext, bus: ClientBus, ref: RoomRef, members: RoomMembers, keys: RoomKeys) {
    this.#context = context;
    this.#bus = bus;
    this.#ref = ref;
    this.#members = members;
    this.#keys = keys;
    context.connection.onState(({ state }) => {
      if (state !== 'online') this.#behind = true;
    });
  }

  /** Fetches and checks what the log and the epochs have grown by. @throws ProtocolError 'room' */
  async sync(): Promise<void> {
    // Whoever asks while one is under way wants what is new now, not what that one asked for.
    while (this.#syncing !== null) await this.#syncing.catch(() => {});
    this.#syncing = this.#sync().finally(() => {
      this.#syncing = null;
    });
    await this.#syncing;
  }

  /** Before messages are opened: takes log and epoch entries that stand among them. */
  async prepare(entries: readonly Entry[]): Promise<void> {
    const [members, keys] = [this.#members, this.#keys];
    const { joined } = members;
    for (const entry of entries) {
      if (entry.kind === 'log' && entry.seq > members.seq) {
        const next = parseLogEntry(entry.bytes).n === members.log.n + 1;
        await (next ? members.take([entry]) : this.sync());
      } else if (entry.kind === 'epoch' && entry.seq > keys.headSeq) {
        const { epochPrev, logHead } = parseEpoch(entry.bytes);
        const next = equal(epochPrev, keys.headId) && members.numberOf(logHead) !== null;
        await (next ? this.#takeEpoch(entry) : this.sync());
      }
    }
    // Removed though this account is alive: a mistake of the server or its operator.
    if (joined && !members.joined) void this.#bus.attempt(() => this.join());
  }

  /** Before something is said: this login's log and epochs are known, and I am a member. */
  async ready(): Promise<void> {
    if (this.#behind) await this.sync();
    if (!this.#members.joined) await this.join();
    // Not before the epochs that there are have been looked at.
    if (!this.#looked) await this.sync();
  }

  /** Brings the log up to date and joins where this identity is not in the room: at first, or when the daemon removed it. */
  join(): Promise<void> {
    this.#joining ??= this.#join().finally(() => {
      this.#joining = null;
    });
    return this.#joining;
  }

  async #join(): Promise<void> {
    if ((await this.#members.join(() => this.sync())) !== 'returned') return;
    const { name } = this.#ref;
    this.#bus.notice(
      `the server had removed you from ${name}; you are in it again, and what was said meanwhile cannot be read`,
    );
  }

  /** Looks once more at an epoch's entry: the daemon keeps grants beside it. */
  async refetch(known: KnownEpoch): Promise<void> {
    const { entries } = await this.#context.connection.request('fetch', {
      conversation: this.#ref.id,
      after: known.seq - 1,
      before: known.seq + 1,
      limit: 1,
      newest: false,
      kinds: ['epoch'],
    });
    for (const entry of entries) if (entry.kind === 'epoch' && entry.seq === known.seq) await this.#takeEpoch(entry);
  }

  async #sync(): Promise<void> {
    // Epochs first, and then the log: so that it holds every entry that they name.
    const { joined } = this.#members;
    const epochs = joined ? await this.#newEpochs() : null;
    await this.#members.take(await this.#fetch('log', this.#members.seq));
    for (const entry of epochs ?? []) await this.#takeEpoch(entry);
    for (const epoch of await this.#keys.takeAccepted()) this.#bus.publish('epoch-opened', { ref: this.#ref, epoch });
    this.#looked ||= epochs !== null;
    this.#behind = false;
  }

  /** null when the daemon shows none any more: it has removed me, and the log says so. */
  async #newEpochs(): Promise<Entry[] | null> {
    try {
      return await this.#fetch('epoch', this.#keys.headSeq);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'no-such-conversation') return null;
      throw error;
    }
  }

  async #fetch(kind: 'log' | 'epoch', from: number): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let after = from; ; ) {
      const page = await this.#context.connection.request('fetch', {
        conversation: this.#ref.id,
        after,
        before: null,
        limit: PAGE,
        newest: false,
        kinds: [kind],
      });
      const next = page.entries.filter((entry) => entry.kind === kind && entry.seq > after);
      entries.push(...next);
      if (entries.length > MAX_FETCHED)
        throw new ClientError('untrusted', `what the server gives of ${this.#ref.name} has no end; ask its operator`);
      const last = next.at(-1);
      if (!page.more || last === undefined) return entries;
      after = last.seq;
    }
  }

  /** An epoch that breaks a rule is not used; whoever speaks next makes another one. */
  async #takeEpoch(entry: Entry): Promise<void> {
    try {
      await this.#keys.take(entry);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#bus.notice(`${this.#ref.name}: a new key by ${entry.from ?? 'nobody'} was refused: ${error.message}`);
    }
  }
}
