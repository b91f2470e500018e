/**
 * Folder `people`: the accounts of the server and their presence; it decides no trust. The people on the server: who has an
 * account, who is online, and whether this profile trusts their keys.
 */
import { equal, hex } from '../../protocol/base/bytes.ts';
import type { Event } from '../../protocol/wire/codec.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { AccountContext } from '../login/account-context.ts';
import type { Pinned } from '../trust/pin-store.ts';
import type { Person } from '../types.ts';
import { everybody, MAX_PEOPLE } from './list-people.ts';

type Listed = { idFp: Uint8Array | null; online: boolean; away: boolean };

const nobody: Listed = { idFp: null, online: false, away: false };

export class People {
  readonly #context: AccountContext;
  readonly #bus: ClientBus;
  readonly #listed = new Map<string, Listed>();
  /** Changes from events while the directory is loading, one map for each load: they are newer than its pages. */
  readonly #heard = new Set<Map<string, Partial<Listed>>>();
  #loaded: Promise<void> | null = null;

  constructor(context: AccountContext, bus: ClientBus) {
    this.#context = context;
    this.#bus = bus;
    bus.on('received', (event) => this.#take(event));
  }

  /** Call after each login: loads and announces the directory. */
  async load(): Promise<void> {
    this.#loaded = this.#load();
    await this.#loaded;
    await this.announce();
  }

  async list(): Promise<Person[]> {
    this.#loaded ??= this.#load();
    await this.#loaded.catch((error: unknown) => {
      this.#loaded = null;
      throw error;
    });
    return this.#everybody();
  }

  /** Finds a person without asking the daemon; null for a name that is not in the directory. */
  async find(name: string): Promise<Person | null> {
    const pinned = await this.#context.keyring.pinned(name);
    const listed = this.#listed.get(name);
    return listed === undefined ? null : this.#person(name, listed, pinned);
  }

  /** Whether anybody else is online. */
  async othersOnline(): Promise<boolean> {
    await this.list();
    for (const [name, { online }] of this.#listed) if (online && name !== this.#context.keyring.me.name) return true;
    return false;
  }

  async #take(event: Event): Promise<void> {
    if (event.method === 'registered') {
      const { name, idFp } = event.params;
      this.#hear(name, { idFp });
      this.#context.keyring.forget(name);
      await this.announce(name);
    } else if (event.method === 'presence') {
      const { name, online, away } = event.params;
      this.#hear(name, { online, away });
      await this.announce(name);
    } else if (event.method === 'renewed') {
      this.#context.keyring.forget(event.params.name);
    }
  }

  /** Announces one person, or everybody. */
  async announce(name?: string): Promise<void> {
    if (name === undefined) return this.#publish(await this.#everybody());
    const person = await this.find(name);
    this.#publish(person === null ? [] : [person]);
  }

  #publish(people: Person[]): void {
    this.#bus.publish('announced', { type: 'people', people });
  }

  /** Keeps a change from an event; names beyond the bound are ignored. */
  #hear(name: string, news: Partial<Listed>) {
    if (this.#listed.has(name) || this.#listed.size < MAX_PEOPLE)
      this.#listed.set(name, { ...nobody, ...this.#listed.get(name), ...news });
    for (const heard of this.#heard)
      if (heard.has(name) || heard.size < MAX_PEOPLE) heard.set(name, { ...heard.get(name), ...news });
  }

  async #load(): Promise<void> {
    const heard = new Map<string, Partial<Listed>>();
    this.#heard.add(heard);
    try {
      await this.#loadPages(heard);
    } finally {
      this.#heard.delete(heard);
    }
  }

  async #loadPages(heard: ReadonlyMap<string, Partial<Listed>>): Promise<void> {
    const now = new Map<string, Listed>();
    for await (const { name, idFp, online, away } of everybody(this.#context.connection))
      now.set(name, { idFp, online, away });
    for (const [name, news] of heard)
      if (now.has(name) || now.size < MAX_PEOPLE) now.set(name, { ...nobody, ...now.get(name), ...news });
    this.#listed.clear();
    for (const [name, listed] of now) this.#listed.set(name, listed);
  }

  async #everybody(): Promise<Person[]> {
    const pins = new Map((await this.#context.keyring.allPinned()).map((pinned) => [pinned.name, pinned]));
    const listed = [...this.#listed].sort(([a], [b]) => (a < b ? -1 : 1));
    return listed.map(([name, one]) => this.#person(name, one, pins.get(name) ?? null));
  }

  #person(name: string, listed: Listed, pinned: Pinned | null): Person {
    const { me } = this.#context.keyring;
    const mine = name === me.name;
    const trusted = mine ? me.idFp : (pinned?.card.idFp ?? listed.idFp);
    const other = trusted !== null && listed.idFp !== null && !equal(trusted, listed.idFp) ? listed.idFp : null;
    const offered = mine ? null : (pinned?.changedTo ?? other);
    return {
      name,
      online: listed.online,
      // Only people who are online can be away, whatever the daemon says.
      away: listed.online && listed.away,
      fingerprint: trusted === null ? null : hex(trusted),
      verified: mine || pinned?.verified === true,
      changedTo: offered === null ? null : hex(offered),
    };
  }
}
