/**
 * Brings a room's log and epochs up to date with the daemon, checks new entries, and joins the room. Knows nothing about the room's
 * messages.
 */
import { equal, hex } from '../../protocol/base/bytes.ts';
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import { parseEpoch } from '../../protocol/sealed/epoch.ts';
import { parseLogEntry } from '../../protocol/sealed/room-log.ts';
import { parseRoomMessage } from '../../protocol/sealed/room-message.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import { ClientError } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { RoomRef } from '../notes/conversation-ref.ts';
import type { KnownEpoch, RoomKeys } from './room-keys.ts';
import type { RoomMembers } from './room-members.ts';

const PAGE = 500;
/** Most entries of one kind that one call fetches, however many the daemon has. */
const MAX_FETCHED = 100_000;

export class RoomSync {
  readonly #context: ClientContext;
  readonly #bus: ClientBus;
  readonly #ref: RoomRef;
  readonly #members: RoomMembers;
  readonly #keys: RoomKeys;
  #syncing: Promise<void> | null = null;
  #joining: Promise<void> | null = null;
  /** The epochs were fetched since the start. */
  #fetchedEpochs = false;
  /** Members may have come and gone while there was no link. */
  #mayBeBehind = true;

  constructor(context: ClientContext, bus: ClientBus, ref: RoomRef, members: RoomMembers, keys: RoomKeys) {
    this.#context = context;
    this.#bus = bus;
    this.#ref = ref;
    this.#members = members;
    this.#keys = keys;
    context.connection.onState(({ state }) => {
      if (state !== 'online') this.#mayBeBehind = true;
    });
  }

  /** Fetches and checks the new log and epoch entries. @throws ProtocolError 'room' */
  async sync(): Promise<void> {
    // A running sync may have asked the daemon too early for this call.
    while (this.#syncing !== null) await this.#syncing.catch(() => {});
    this.#syncing = this.#sync().finally(() => {
      this.#syncing = null;
    });
    await this.#syncing;
  }

  /** Call before messages are opened: takes the log and epoch entries among them. */
  async takeKeysAmong(entries: readonly Entry[]): Promise<void> {
    const [members, keys] = [this.#members, this.#keys];
    const { joined } = members;
    // Once is enough: what is unknown after that, the daemon does not give.
    let isCaughtUp = false;
    for (const entry of entries) {
      if (entry.kind === 'log' && entry.seq > members.seq) {
        const next = parseLogEntry(entry.bytes).n === members.log.n + 1;
        await (next ? members.take([entry]) : this.sync());
      } else if (entry.kind === 'epoch' && entry.seq > keys.headSeq) {
        const { epochPrev, logHead } = parseEpoch(entry.bytes);
        const next = equal(epochPrev, keys.headId) && members.numberOf(logHead) !== null;
        await (next ? this.#takeEpoch(entry) : this.sync());
      } else if (entry.kind === 'message' && !isCaughtUp && this.#isAhead(entry)) {
        isCaughtUp = true;
        await this.sync();
      }
    }
    // Removed although the account exists: a mistake of the server or its operator.
    if (joined && !members.joined) void this.#bus.attempt(() => this.join());
  }

  /** Whether a message names an author or an epoch that is unknown here: another process of the profile has taken their entries. */
  #isAhead({ bytes }: Entry): boolean {
    try {
      const { from, epochId } = parseRoomMessage(bytes);
      const epoch = hex(epochId);
      const isKnown = this.#keys.get(epoch) !== null || this.#keys.refusedMaker(epoch) !== null;
      return !isKnown || this.#members.nameOf(hex(from)) === null;
    } catch (error) {
      if (error instanceof ProtocolError) return false;
      throw error;
    }
  }

  /** Call before a message is sealed: log and epochs are known then, and this identity is a member. */
  async prepareToSend(): Promise<void> {
    if (this.#mayBeBehind) await this.sync();
    if (!this.#members.joined) await this.join();
    // A new epoch may only be made when the existing ones are known.
    if (!this.#fetchedEpochs) await this.sync();
  }

  /** Brings the log up to date, and joins if this identity is not a member: the first time, or when the daemon removed it. */
  join(): Promise<void> {
    this.#joining ??= this.#join().finally(() => {
      this.#joining = null;
    });
    return this.#joining;
  }

  async #join(): Promise<void> {
    const { name } = this.#ref;
    if ((await this.#members.join(name, () => this.sync())) !== 'returned') return;
    this.#bus.notice(
      `the server had removed you from ${name}; you are in it again, and what was said meanwhile cannot be read`,
    );
  }

  /** Fetches an epoch's entry once more: the daemon stores grants beside it. */
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
    // Epochs first, then the log, so that the log has every entry that the epochs name.
    const { joined } = this.#members;
    const epochs = joined ? await this.#newEpochs() : null;
    await this.#members.take(await this.#fetch('log', this.#members.seq));
    for (const entry of epochs ?? []) await this.#takeEpoch(entry);
    for (const epoch of await this.#keys.takeAccepted()) this.#bus.publish('epoch-opened', { ref: this.#ref, epoch });
    this.#fetchedEpochs ||= epochs !== null;
    this.#mayBeBehind = false;
  }

  /** null when the daemon refuses: it has removed me, and the log says so. */
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
        throw new ClientError('untrusted', `the server sends an endless log of ${this.#ref.name}; ask its operator`);
      const last = next.at(-1);
      if (!page.more || last === undefined) return entries;
      after = last.seq;
    }
  }

  /** An epoch that breaks a rule is not used; the next member who sends makes another one. */
  async #takeEpoch(entry: Entry): Promise<void> {
    try {
      await this.#keys.take(entry);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#bus.notice(
        `${this.#ref.name}: a new key by ${entry.from ?? 'an unknown member'} was refused: ${error.message}`,
      );
    }
  }
}
