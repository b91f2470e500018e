/**
 * Folder `shared`: what a person decides on one of their devices and the others follow: verified marks, accepted keys, mutes and
 * blocks; it knows no screen. This file owns mutes and blocks, and announces decisions of this program, of others of the profile, and
 * of other devices.
 */

import {
  isOn,
  isSameDecision,
  nameOfRow,
  pinOfRow,
  rowKey,
  rowKinds,
  type SharedRow,
  type SwitchKind,
} from '../../protocol/account/shared-rows.ts';
import { equal, hex, utf8 } from '../../protocol/base/bytes.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { isName } from '../../protocol/base/safe-text.ts';
import { ClientError } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { People } from '../people/people.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { SharedPins } from '../trust/shared-pins.ts';
import type { ConversationName } from '../types.ts';
import { DecisionRows } from './decision-rows.ts';
import { SharedSwitches } from './shared-switches.ts';
import { SharedSync } from './shared-sync.ts';

/** How long after a first contact the daemon gets it, together with those that follow. ms. */
const GATHER_MS = 30_000;

export type DecisionParts = {
  context: ClientContext;
  bus: ClientBus;
  people: Pick<People, 'announce'>;
  rooms: Pick<Rooms, 'named' | 'withId'>;
  pins: SharedPins;
};

export class Decisions {
  readonly #context: ClientContext;
  readonly #bus: ClientBus;
  readonly #people: DecisionParts['people'];
  readonly #rooms: DecisionParts['rooms'];
  readonly #rows: DecisionRows;
  readonly #sync: SharedSync;
  readonly #turns = new Mutex();
  readonly #refreshes = new Mutex();
  /** The run that has not begun yet. */
  #next: Promise<void> | null = null;
  readonly #closed = new AbortController();
  /** The rows as the listeners know them. */
  #shown: ReadonlyMap<string, SharedRow> = new Map();
  /** The pinned identity of each person as the other parts of the client know it, hex, by name. */
  readonly #identities = new Map<string, string>();
  #cancelGathering: (() => void) | null = null;

  constructor({ context, bus, people, rooms, pins }: DecisionParts) {
    const { profile, keyring, account } = context;
    this.#context = context;
    this.#bus = bus;
    this.#people = people;
    this.#rooms = rooms;
    this.#rows = new DecisionRows(pins, new SharedSwitches(profile, account), keyring.me.name);
    this.#sync = new SharedSync(
      context,
      this.#rows,
      (text) => bus.notice(text),
      () => this.#start(),
    );
    bus.on('received', (event) => {
      if (event.method !== 'shared-changed') return;
      this.#sync.heard(event.params.version);
      this.#start();
    });
  }

  /** Takes what other devices decided, before this one meets anybody. From now on, changes are announced. */
  async begin(): Promise<void> {
    this.#shown = await this.#read();
    for (const row of this.#shown.values())
      if (row.kind === rowKinds.pin) this.#identities.set(nameOfRow(row), hex(pinOfRow(row).idFp));
    const refresh = () => void this.#bus.attempt(() => this.refresh());
    void this.#context.profile.changes.watch(refresh, this.#closed.signal);
    await this.#sync.take().finally(() => this.refresh());
  }

  /** Call after each login that follows a lost link. @param version the daemon's */
  loggedIn(version: number): void {
    this.#sync.loggedIn(version);
  }

  /** Call when a person was pinned at first contact. */
  met(name: string, idFp: Uint8Array): void {
    this.#identities.set(name, hex(idFp));
    this.#cancelGathering ??= this.#context.clock.after(GATHER_MS, () => this.#start());
  }

  /** Call after each login: takes what other devices decided, and stores what this profile decided. */
  synchronize(): Promise<void> {
    // Calls that come before the next run share it: a daemon may announce many versions.
    this.#next ??= this.#turns.run(async () => {
      this.#next = null;
      this.#cancelGathering?.();
      this.#cancelGathering = null;
      await this.#sync.synchronize().finally(() => this.refresh());
    });
    return this.#next;
  }

  /** Call after a decision of this program is stored. Resolves when it is announced; the other devices get it in the background. */
  async changed(): Promise<void> {
    await this.refresh();
    await this.#context.profile.changes.send();
    this.#start();
  }

  async muted(): Promise<ConversationName[]> {
    const rows = await this.#rows.switches.rows();
    return rows
      .filter(isOn)
      .flatMap((row) => this.#mutedConversation(row) ?? [])
      .sort();
  }

  async blocked(): Promise<string[]> {
    const rows = await this.#rows.switches.rows();
    return rows
      .filter((row) => row.kind === rowKinds.block && isOn(row))
      .map(nameOfRow)
      .sort();
  }

  /** @throws ClientError 'usage' for a malformed name, 'refused' when there is no such room */
  async mute(conversation: ConversationName, on: boolean): Promise<void> {
    if (conversation.startsWith('#')) {
      await this.#decide(rowKinds.muteRoom, this.#rooms.named(conversation).ref.id, on);
      return;
    }
    const name = conversation.slice(1);
    if (!conversation.startsWith('@') || !isName(name))
      throw new ClientError('usage', `"${conversation}" is no conversation; use @name or #room`);
    await this.#decide(rowKinds.mute, utf8(name), on);
  }

  /** @throws ClientError 'usage' for a malformed name, and for this account's own */
  async block(name: string, on: boolean): Promise<void> {
    if (!isName(name)) throw new ClientError('usage', `"${name}" is not a valid name`);
    if (name === this.#context.keyring.me.name) throw new ClientError('usage', 'you cannot block yourself');
    await this.#decide(rowKinds.block, utf8(name), on);
  }

  /** Announces what was decided since the last time, by any program of the profile or another device. */
  refresh(): Promise<void> {
    return this.#refreshes.run(async () => {
      if (this.#closed.signal.aborted) return;
      const before = this.#shown;
      this.#shown = await this.#read();
      const people: string[] = [];
      for (const [key, row] of this.#shown) {
        const old = before.get(key);
        if (row.kind !== rowKinds.pin) this.#announceSwitch(row, old);
        else if (this.#isPinNews(row, old)) people.push(nameOfRow(row));
      }
      if (people.length > 0) await this.#people.announce(...people);
    });
  }

  /** Resolves when the daemon has what was decided here, or cannot be reached. */
  async settled(): Promise<void> {
    if (this.#cancelGathering !== null) this.#start();
    await this.#turns.run(async () => {});
  }

  close(): void {
    this.#closed.abort();
    this.#cancelGathering?.();
    this.#sync.close();
  }

  #start(): void {
    if (this.#next === null) void this.#bus.attempt(() => this.synchronize());
  }

  async #decide(kind: SwitchKind, key: Uint8Array, on: boolean): Promise<void> {
    const { keyring } = this.#context;
    if (await this.#rows.switches.set(kind, key, on, keyring.decidedNow())) await this.changed();
  }

  async #read(): Promise<ReadonlyMap<string, SharedRow>> {
    return new Map((await this.#rows.all()).map((row) => [rowKey(row), row]));
  }

  /** Tells the parts of the client that depend on a pin. @returns whether listeners are told, too */
  #isPinNews(row: SharedRow, old: SharedRow | undefined): boolean {
    const { keyring } = this.#context;
    const name = nameOfRow(row);
    const pin = pinOfRow(row);
    const idFp = hex(pin.idFp);
    if ((this.#identities.get(name) ?? idFp) !== idFp) this.#bus.publish('repinned', name);
    this.#identities.set(name, idFp);
    if (old === undefined) return pin.trust !== 'met' || row.device !== keyring.decidedNow().device;
    // The card may be newer than the one that the daemon was asked for.
    if (!equal(old.value, row.value)) keyring.forget(name);
    return !isSameDecision(row, old);
  }

  #announceSwitch(row: SharedRow, old: SharedRow | undefined): void {
    const on = isOn(row);
    if (on === (old !== undefined && isOn(old))) return;
    if (row.kind === rowKinds.block) {
      this.#bus.publish('announced', { type: 'blocked', name: nameOfRow(row), on });
      return;
    }
    const conversation = this.#mutedConversation(row);
    if (conversation !== null) this.#bus.publish('announced', { type: 'muted', conversation, on });
  }

  /** null for a block, and for a room that this client is not in. */
  #mutedConversation(row: SharedRow): ConversationName | null {
    if (row.kind === rowKinds.mute) return `@${nameOfRow(row)}`;
    return row.kind === rowKinds.muteRoom ? (this.#rooms.withId(row.key)?.ref.name ?? null) : null;
  }
}
