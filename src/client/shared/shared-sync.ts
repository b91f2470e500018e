/**
 * Keeps the decisions in this profile and the state at the daemon equal: takes what other devices decided, merges it with the decisions
 * in this profile, and stores the result as the next version if the daemon's state lacks a decision. Every program of the profile does
 * this for all decisions in it.
 */

import { isSameDecision, mergeRows, rowKey, type SharedRow } from '../../protocol/account/shared-rows.ts';
import { fittingRows, type SharedState, sealSharedState } from '../../protocol/account/shared-state.ts';
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { ClientError } from '../errors.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { DecisionRows, TakenPin } from './decision-rows.ts';
import { SharedStateStore } from './shared-state-store.ts';

/** How often a version that another device took first is merged and tried again at once. */
const ATTEMPTS = 5;
/** When to try again after the daemon refused for a while. ms. */
const AGAIN_MS = 30_000;

/** The highest version: a u32. */
const LAST_VERSION = 0xffff_ffff;

type Context = Pick<ClientContext, 'connection' | 'profile' | 'keyring' | 'clock' | 'daemonId' | 'account'>;

export class SharedSync {
  readonly #context: Context;
  readonly #rows: DecisionRows;
  readonly #store: SharedStateStore;
  readonly #notice: (text: string) => void;
  readonly #again: () => void;
  readonly #mutex = new Mutex();
  /** The contradictions that the person was told of. */
  readonly #told = new Set<string>();
  /** The version that the daemon has, as far as it said; null if it must be asked. */
  #given: number | null;
  /** The highest version that another session of the account stored since the login, as the daemon says. */
  #heard = 0;
  #cancelRetry: (() => void) | null = null;

  /** @param again called when it is time to synchronize again after a refusal that passes */
  constructor(context: Context, rows: DecisionRows, notice: (text: string) => void, again: () => void) {
    this.#context = context;
    this.#rows = rows;
    this.#store = new SharedStateStore(context);
    this.#notice = notice;
    this.#again = again;
    this.#given = context.connection.welcome.shared;
  }

  /** Call after each login that follows a lost link. @param version the daemon's */
  loggedIn(version: number): void {
    this.#given = version;
    this.#heard = 0;
  }

  /** Call when another session of the account has stored `version`. */
  heard(version: number): void {
    this.#heard = Math.max(this.#heard, version);
  }

  /** Takes what other devices decided. @throws ClientError 'unreachable'; ProtocolError 'version' for a state of a newer program */
  take(): Promise<void> {
    return this.#mutex.run(async () => void (await this.#take()));
  }

  /** As `take`, and stores at the daemon what this profile has decided. */
  synchronize(): Promise<void> {
    return this.#mutex.run(async () => {
      this.#cancelRetry?.();
      this.#cancelRetry = null;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) if (await this.#put(await this.#take())) return;
      this.#retryLater();
    });
  }

  close(): void {
    this.#cancelRetry?.();
  }

  async #take(): Promise<SharedState> {
    const { connection } = this.#context;
    let known = await this.#store.load();
    if (this.#given !== known.version || this.#heard > known.version) {
      const { version, shared } = await connection.request('shared-get', {});
      this.#given = version;
      if (version > known.version && shared !== null) known = await this.#opened(known, version, shared);
      else if (version < known.version) this.#tellOnce(wentBackSentence(version, known.version));
    }
    for (const pin of await this.#rows.take(known.rows)) this.#explain(pin);
    return known;
  }

  /** Returns the daemon's state; `known` if that does not open: then this device stores its own above it. */
  async #opened(known: SharedState, version: number, bytes: Uint8Array): Promise<SharedState> {
    try {
      const state = this.#store.open(bytes);
      if (state.version !== version) throw new ProtocolError('shared', 'another version');
      await this.#store.save(version, bytes);
      return state;
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'shared') throw error;
      this.#tellOnce(
        'what the server stored for your devices does not open: it is damaged, or not from your devices; this device stores its own there',
      );
      return known;
    }
  }

  /** Returns false if another device was faster. */
  async #put(known: SharedState): Promise<boolean> {
    const { connection, keyring, profile } = this.#context;
    const rows = fittingRows(mergeRows(known.rows, await this.#rows.all()), keyring.decidedNow().at);
    const after = this.#given ?? known.version;
    if (after === known.version && !saysMore(rows, known.rows)) return true;
    const version = Math.max(after, known.version) + 1;
    if (version > LAST_VERSION)
      throw new ClientError(
        'untrusted',
        'the server has used up the versions of what your devices share; ask its operator',
      );
    const shared = sealSharedState(keyring.me.identity, this.#store.owner, { version, rows }, profile.random);
    try {
      await connection.request('shared-put', { after, version, shared });
    } catch (error) {
      this.#given = null;
      if (!(error instanceof Refusal)) throw error;
      if (error.code === 'conflict') return false;
      if (!PASSING.has(error.code)) throw error;
      this.#retryLater();
      return true;
    }
    this.#given = version;
    await this.#store.save(version, shared);
    return true;
  }

  #retryLater(): void {
    this.#cancelRetry ??= this.#context.clock.after(AGAIN_MS, () => {
      this.#cancelRetry = null;
      this.#again();
    });
  }

  #explain({ name, outcome }: TakenPin): void {
    if (outcome === 'replaced')
      this.#notice(
        `the key of ${name} was accepted on another of your devices; it replaces the one that this device trusted`,
      );
    else if (outcome === 'differs')
      this.#notice(
        `another of your devices met ${name} with another key: one of the two may be false; compare the digits: securechat verify ${name}`,
      );
    else if (outcome === 'twin')
      this.#tellOnce(
        `another of your devices has another key card of ${name} with the same number: compare the digits: securechat verify ${name}`,
      );
  }

  #tellOnce(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#notice(text);
  }
}

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set(['rate-limited', 'busy', 'disk-full']);

function wentBackSentence(given: number, known: number): string {
  return `the server has version ${given} of what your devices share, but it had version ${known}: it was restored from a backup, or it lies; this device stores its own there again`;
}

/** Whether `rows` have a decision that `known` lacks. A newer card of a pinned person alone is not worth a version. */
function saysMore(rows: readonly SharedRow[], known: readonly SharedRow[]): boolean {
  const before = new Map(known.map((row) => [rowKey(row), row]));
  return rows.some((row) => {
    const old = before.get(rowKey(row));
    return old === undefined || !isSameDecision(row, old);
  });
}
