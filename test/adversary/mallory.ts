/** Mallory and her accomplices: members of the lobby who use the protocol and do all that it does not prevent. */

import { createPublicKey } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { systemRandom } from '../../src/platform/random.ts';
import { CARD_LIFE_MS, type Card, openCard, signCard } from '../../src/protocol/account/card.ts';
import { concat, equal, H, utf8, Writer } from '../../src/protocol/base/bytes.ts';
import { Refusal } from '../../src/protocol/base/errors.ts';
import type { KeyPair } from '../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../src/protocol/crypto/rsa-pool.ts';
import { mintEpoch, parseEpoch } from '../../src/protocol/sealed/epoch.ts';
import { encodeJoinBody } from '../../src/protocol/sealed/room-bodies.ts';
import { parseLogEntry, signLogEntry } from '../../src/protocol/sealed/room-log.ts';
import type { Entry } from '../../src/protocol/wire/fields.ts';
import { fixtureCardKey, fixtureKey, fixtureSealKey } from '../fixtures/keys.ts';
import { spareKey } from '../fixtures/spare-keys.ts';
import { login, register } from '../helpers/client/client.ts';
import { type HostileClient, hostileClient } from './hostile-client.ts';
import type { HostileDaemon } from './hostile-daemon.ts';

let accomplices = 0;

function spareIdentity(): KeyPair {
  accomplices += 1;
  const key = spareKey(accomplices);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return { spki: Uint8Array.from(spki), pkcs8: Uint8Array.from(key.export({ type: 'pkcs8', format: 'der' })) };
}

type Keys = { idFp: Uint8Array; chunk: Uint8Array }[];

export class Mallory {
  readonly client: HostileClient;
  readonly identity: KeyPair;
  readonly room: Uint8Array;
  card: Card;

  private constructor(client: HostileClient, identity: KeyPair, room: Uint8Array, cardBytes: Uint8Array) {
    this.client = client;
    this.identity = identity;
    this.room = room;
    this.card = openCard(cardBytes);
  }

  /** Registers Mallory, logs her in, and joins the lobby. */
  static join(t: ExecutionContext, at: HostileDaemon['at']): Promise<Mallory> {
    return Mallory.#register(t, at, 'mallory', fixtureKey('mallory-identity'));
  }

  /** The same under another name and with other keys. */
  static accomplice(t: ExecutionContext, at: HostileDaemon['at'], name: string): Promise<Mallory> {
    return Mallory.#register(t, at, name, spareIdentity());
  }

  static async #register(
    t: ExecutionContext,
    at: HostileDaemon['at'],
    name: string,
    identity: KeyPair,
  ): Promise<Mallory> {
    const client = await hostileClient(t, at);
    const notBefore = Date.now() - 1000;
    const life = { notBefore, notAfter: notBefore + CARD_LIFE_MS };
    const first = {
      name,
      ...fixtureCardKey('mallory-encryption'),
      cardSeq: 1,
      ...life,
      prevCardHash: new Uint8Array(32),
    };
    const card = await signCard(inlineRsa, identity, first);
    await register(client, 'mallory', 'pw', { name, card });
    const { lobby } = await login(client, name, 'pw');
    const mallory = new Mallory(client, identity, lobby, card);
    await mallory.move('join');
    return mallory;
  }

  async entries(kind: 'log' | 'epoch'): Promise<Entry[]> {
    const all = { conversation: this.room, after: 0, before: null, limit: 500, newest: false, kinds: [kind] };
    return (await this.client.request('fetch', all)).entries;
  }

  async move(op: 'join' | 'leave'): Promise<void> {
    const head = await this.#head();
    const { name, idFp } = this.card;
    const entry = await signLogEntry(inlineRsa, this.identity, {
      room: this.room,
      n: head.n + 1,
      prev: head.hash,
      op,
      subject: { name, idFp },
      actor: idFp,
      time: Date.now(),
      body: op === 'join' ? encodeJoinBody({ sigSpki: this.identity.spki }) : new Uint8Array(),
    });
    await this.client.request('log-append', { room: this.room, entry });
  }

  /** Makes an epoch that follows the newest one, and sends it. @throws Refusal as the daemon answers */
  async epoch(lie: { time?: number; keys?: (honest: Keys) => Keys } = {}): Promise<void> {
    const { members } = await this.client.request('members', { room: this.room, after: null });
    const newest = (await this.entries('epoch')).at(-1);
    const minted = await mintEpoch(inlineRsa, {
      room: this.room,
      logHead: (await this.#head()).hash,
      epochPrev: newest === undefined ? new Uint8Array(32) : parseEpoch(newest.bytes).epochId,
      maker: { ...this.identity, idFp: this.card.idFp },
      time: lie.time ?? Date.now(),
      members: members.map(({ card }) => openCard(card)),
      random: systemRandom,
      info: null,
      before: null,
    });
    const keys = lie.keys?.(minted.keys) ?? minted.keys;
    await this.client.request('epoch-begin', { room: this.room, epoch: minted.epoch, members: keys.length });
    await this.client.request('epoch-keys', { room: this.room, keys });
    await this.client.request('epoch-commit', { room: this.room });
  }

  /** Sends a card after the newest one the daemon has, with a good key. */
  async renew(): Promise<void> {
    const { cards } = await this.client.request('cards', { name: 'mallory', from: 1 });
    const last = openCard(cards.at(-1) ?? new Uint8Array());
    const card = await signCard(inlineRsa, this.identity, {
      name: 'mallory',
      ...fixtureCardKey('carol-encryption'),
      cardSeq: last.cardSeq + 1,
      notBefore: last.notBefore,
      notAfter: last.notAfter,
      prevCardHash: last.hash,
    });
    await this.client.request('card-put', { card });
    this.card = openCard(card);
  }

  async #head(): Promise<{ n: number; hash: Uint8Array }> {
    return parseLogEntry((await this.entries('log')).at(-1)?.bytes ?? new Uint8Array());
  }
}

/** Chunks of the right length without a key. */
export const garbageKeys: { keys: (honest: Keys) => Keys } = {
  keys: (keys) => keys.map(({ idFp }, i) => ({ idFp, chunk: new Uint8Array(1520).fill(i + 1) })),
};

/** @returns 'taken', or the code of the refusal */
export async function outcomeOf(attempt: Promise<void>): Promise<string> {
  try {
    await attempt;
    return 'taken';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** A key of the right size and exponent with an even modulus: nothing can be sealed to it. */
function evenKey(): Uint8Array {
  const spki = Uint8Array.from(fixtureSealKey('mallory-encryption').spki);
  // The last byte of the modulus stands before the exponent, 02 03 01 00 01.
  spki[spki.length - 6] = (spki[spki.length - 6] ?? 0) & 0xfe;
  return spki;
}

/** The card after `card`, with an unusable key: signCard would refuse it. */
async function badCard(card: Card): Promise<Uint8Array> {
  const { spki, pkcs8 } = fixtureKey('mallory-identity');
  const body = new Writer()
    .u8(2)
    .var16(utf8(card.name))
    .var16(spki)
    .u64(card.cardSeq + 1)
    .var16(evenKey())
    .var16(card.xwingKey)
    .u64(card.notBefore)
    .u64(card.notAfter)
    .bytes(card.hash)
    .finish();
  return concat(body, await inlineRsa.sign(pkcs8, H('card', body)));
}

/** Stores Mallory's next card without the check, like one from before the check existed. */
export async function storeBadCard({ script }: HostileDaemon, mallory: Mallory): Promise<void> {
  const bytes = await badCard(mallory.card);
  const { idFp, cardSeq, hash, ekFp, notAfter } = openCard(bytes);
  const row = { idFp, cardSeq, hash, ekFp, notAfter };
  script.answers.ping = async ({ context, honest }) => {
    delete script.answers.ping;
    await context.store.addCard({ ...row, prevHash: mallory.card.hash, bytes });
    const { directory } = context;
    const newest = directory.newest.bind(directory);
    directory.newest = (id) => {
      const known = newest(id);
      return equal(id, idFp) && known !== undefined && known.cardSeq < cardSeq ? row : known;
    };
    return honest();
  };
  await mallory.client.request('ping', {});
}
