/**
 * Folder `people`: the accounts of the server and their presence; it decides no trust. Lists the accounts with their
 * presence, and announces changes.
 */
import { equal, hex } from '../../protocol/base/bytes.ts';
import type { Event } from '../../protocol/wire/codec.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { PinnedPerson } from '../trust/pin-store.ts';
import type { Person } from '../types.ts';
import { allPeople, MAX_PEOPLE } from './list-people.ts';

type DirectoryEntry = { idFp: Uint8Array | null; online: boolean; away: boolean };

const offlineEntry: DirectoryEntry = { idFp: null, online: false, away: false };

export class People {
  readonly #context: ClientContext;
  readonly #bus: ClientBus;
  readonly #directory = new Map<string, DirectoryEntry>();
  /** Changes from events while the directory is loading, one map for each load; null for a name that is gone. They are newer than its pages. */
  /** Names whose account is gone, until the name is registered again. */
  readonly #gone = new Set<string>();
  readonly #changesWhileLoading = new Set<Map<string, Partial<DirectoryEntry> | null>>();
  #loaded: Promise<void> | null = null;

  constructor(context: ClientContext, bus: ClientBus) {
    this.#context = context;
    this.#bus = bus;
    bus.on('received', (event) => this.#take(event));
  }

  /** Call after each login: loads and announces the directory. */
  async load(): Promise<void> {
    const before = [...this.#directory.keys()];
    this.#loaded = this.#load();
    await this.#loaded;
    for (const name of before) if (!this.#directory.has(name)) this.#announceGone(name);
    await this.announce();
  }

  /** Returns everybody, sorted by name; loads the directory first if needed. @throws ClientError, Refusal as Connection.request */
  async list(): Promise<Person[]> {
    this.#loaded ??= this.#load();
    await this.#loaded.catch((error: unknown) => {
      this.#loaded = null;
      throw error;
    });
    return this.#everyone();
  }

  /** Finds a person without asking the daemon; null for a name that is not in the directory. */
  async find(name: string): Promise<Person | null> {
    const pinned = await this.#context.keyring.pinned(name);
    const listed = this.#directory.get(name);
    return listed === undefined ? null : this.#person(name, listed, pinned);
  }

  /** Whether anybody else is online. */
  async othersOnline(): Promise<boolean> {
    await this.list();
    for (const [name, { online }] of this.#directory) if (online && name !== this.#context.keyring.me.name) return true;
    return false;
  }

  async #take(event: Event): Promise<void> {
    if (event.method === 'registered') {
      const { name, idFp } = event.params;
      this.#gone.delete(name);
      this.#applyChange(name, { idFp });
      this.#context.keyring.forget(name);
      await this.announce(name);
    } else if (event.method === 'unregistered') {
      const { name } = event.params;
      if (this.#gone.size < MAX_PEOPLE) this.#gone.add(name);
      for (const changes of this.#changesWhileLoading)
        if (changes.has(name) || changes.size < MAX_PEOPLE) changes.set(name, null);
      if (this.#directory.delete(name)) this.#announceGone(name);
    } else if (event.method === 'presence') {
      const { name, online, away } = event.params;
      // The last session of an account that is gone ends after the account.
      if (this.#gone.has(name)) return;
      this.#applyChange(name, { online, away });
      await this.announce(name);
    } else if (event.method === 'renewed') {
      const { keyring } = this.#context;
      const { name, cardSeq } = event.params;
      keyring.forget(name);
      if (name === keyring.me.name) await keyring.followOwn(cardSeq);
    }
  }

  /** Announces these people; everybody if no name is given. */
  async announce(...names: string[]): Promise<void> {
    if (names.length === 0) return this.#publish(await this.#everyone());
    const people = await Promise.all(names.map((name) => this.find(name)));
    this.#publish(people.filter((person) => person !== null));
  }

  #announceGone(name: string): void {
    this.#context.keyring.forget(name);
    this.#bus.publish('announced', { type: 'unregistered', name });
  }

  #publish(people: Person[]): void {
    this.#bus.publish('announced', { type: 'people', people });
  }

  /** Applies a change from an event. Ignores new names beyond the limit. */
  #applyChange(name: string, change: Partial<DirectoryEntry>) {
    if (this.#directory.has(name) || this.#directory.size < MAX_PEOPLE)
      this.#directory.set(name, { ...offlineEntry, ...this.#directory.get(name), ...change });
    for (const changes of this.#changesWhileLoading)
      if (changes.has(name) || changes.size < MAX_PEOPLE) changes.set(name, { ...changes.get(name), ...change });
  }

  async #load(): Promise<void> {
    const changes = new Map<string, Partial<DirectoryEntry> | null>();
    this.#changesWhileLoading.add(changes);
    try {
      await this.#loadPages(changes);
    } finally {
      this.#changesWhileLoading.delete(changes);
    }
  }

  async #loadPages(changes: ReadonlyMap<string, Partial<DirectoryEntry> | null>): Promise<void> {
    const loaded = new Map<string, DirectoryEntry>();
    for await (const { name, idFp, online, away } of allPeople(this.#context.connection))
      loaded.set(name, { idFp, online, away });
    for (const [name, change] of changes)
      if (change === null) loaded.delete(name);
      else if (loaded.has(name) || loaded.size < MAX_PEOPLE)
        loaded.set(name, { ...offlineEntry, ...loaded.get(name), ...change });
    this.#directory.clear();
    for (const [name, listed] of loaded) this.#directory.set(name, listed);
  }

  async #everyone(): Promise<Person[]> {
    const pins = new Map((await this.#context.keyring.allPinned()).map((pinned) => [pinned.name, pinned]));
    const listed = [...this.#directory].sort(([a], [b]) => (a < b ? -1 : 1));
    return listed.map(([name, entry]) => this.#person(name, entry, pins.get(name) ?? null));
  }

  #person(name: string, listed: DirectoryEntry, pinned: PinnedPerson | null): Person {
    const { me } = this.#context.keyring;
    const isMe = name === me.name;
    const trusted = isMe ? me.idFp : (pinned?.idFp ?? listed.idFp);
    const other = trusted !== null && listed.idFp !== null && !equal(trusted, listed.idFp) ? listed.idFp : null;
    const offered = isMe ? null : (pinned?.changedTo ?? other);
    return {
      name,
      online: listed.online,
      // Only people who are online can be away, whatever the daemon says.
      away: listed.online && listed.away,
      fingerprint: trusted === null ? null : hex(trusted),
      // The mark is for the pinned key, not for another one that the directory shows.
      verified: isMe || (pinned?.verified === true && offered === null),
      changedTo: offered === null ? null : hex(offered),
    };
  }
}
