/** Tells others that this person is typing or away, and announces who is typing to this person. */
import type { Event } from '../../protocol/wire/codec.ts';
import { ClientError } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationName } from '../types.ts';
import type { People } from './people.ts';

/** The least time between two `typing` requests to one person. */
const TYPING_EVERY_MS = 3000;

type PresenceContext = Pick<ClientContext, 'connection' | 'keyring' | 'clock'>;

export class Presence {
  readonly #context: PresenceContext;
  readonly #people: Pick<People, 'find'>;
  readonly #bus: ClientBus;
  readonly #lastSent = new Map<string, number>();
  #away = false;

  constructor(context: PresenceContext, people: Pick<People, 'find'>, bus: ClientBus) {
    this.#context = context;
    this.#people = people;
    this.#bus = bus;
    bus.on('received', (event) => this.#take(event));
  }

  #take(event: Event): void {
    if (event.method !== 'typing' || event.params.name === this.#context.keyring.me.name) return;
    this.#bus.publish('announced', { type: 'typing', name: event.params.name });
  }

  /** Tells a person that I am typing, if they are online and I trust their key. Failures are ignored. */
  typing(to: ConversationName): void {
    const { connection, keyring, clock } = this.#context;
    const name = to.slice(1);
    if (!to.startsWith('@') || name === keyring.me.name || connection.state.state !== 'online') return;
    const now = clock.monotonic();
    if (now - (this.#lastSent.get(name) ?? Number.NEGATIVE_INFINITY) < TYPING_EVERY_MS) return;
    this.#lastSent.set(name, now);
    void this.#sendTyping(name).catch(() => {});
  }

  /** Sets whether I am away; without a link, the daemon hears of it at the next login. @throws Refusal 'rate-limited'; nothing has changed then */
  async away(on: boolean): Promise<void> {
    const before = this.#away;
    this.#away = on;
    try {
      await this.#sendAway();
    } catch (error) {
      this.#away = before;
      throw error;
    }
  }

  /** Call after each login that follows a lost link: the daemon assumes that everybody who logs in is present. */
  async resendAway(): Promise<void> {
    if (this.#away) await this.#sendAway();
  }

  async #sendTyping(name: string): Promise<void> {
    const person = await this.#people.find(name);
    if (person?.online === true && person.changedTo === null)
      await this.#context.connection.request('typing', { to: name });
  }

  async #sendAway(): Promise<void> {
    try {
      await this.#context.connection.request('away', { away: this.#away });
    } catch (error) {
      if (!(error instanceof ClientError && error.code === 'unreachable')) throw error;
    }
  }
}
