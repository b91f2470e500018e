/** A daemon's context with a real store and no sockets, and Alice, Bob and Carol with real keys and cards. */

import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import type { Accounts } from '../../../src/daemon/accounts/accounts.ts';
import { CardDirectory } from '../../../src/daemon/accounts/card-directory.ts';
import type { Account } from '../../../src/daemon/accounts/users-file.ts';
import type { Context } from '../../../src/daemon/context.ts';
import { Limits } from '../../../src/daemon/limits/limits.ts';
import { RefusedLinks } from '../../../src/daemon/logging/refused-links.ts';
import { ThrottledWarnings } from '../../../src/daemon/logging/throttled-warnings.ts';
import { Epochs } from '../../../src/daemon/rooms/epochs.ts';
import { Grants } from '../../../src/daemon/rooms/grants.ts';
import { Rooms } from '../../../src/daemon/rooms/rooms.ts';
import { EventFeed } from '../../../src/daemon/sessions/event-feed.ts';
import { Session } from '../../../src/daemon/sessions/session.ts';
import { Sessions } from '../../../src/daemon/sessions/sessions.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { type Card, openCard, signCard } from '../../../src/protocol/account/card.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import type { LinkKeyPair } from '../../../src/protocol/crypto/link-secrets.ts';
import type { KeyPair } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { mintEpoch } from '../../../src/protocol/sealed/epoch.ts';
import { encodeJoinBody } from '../../../src/protocol/sealed/room-bodies.ts';
import { signLogEntry } from '../../../src/protocol/sealed/room-log.ts';
import { decodeFromDaemon, type Event } from '../../../src/protocol/wire/codec.ts';
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { firstCard } from '../protocol/people.ts';
import { recordedStore, type StoreCall, temporaryStore } from './store.ts';

export type TestPerson = {
  name: string;
  identity: KeyPair;
  encryption: LinkKeyPair;
  card: Card;
  cardBytes: Uint8Array;
};
type Name = 'alice' | 'bob' | 'carol';

const DAY = 86_400_000;

async function testPerson(name: Name): Promise<TestPerson> {
  const identity = fixtureKey(`${name}-identity`);
  const encryption = fixtureSealKey(`${name}-encryption`);
  const cardBytes = await firstCard(name, { notBefore: 0, notAfter: 30 * DAY });
  return { name, identity, encryption, card: openCard(cardBytes), cardBytes };
}

/** The person's next card, with another encryption key. */
export function nextCard(
  who: TestPerson,
  { spki: ekSpki, xwingKey }: Pick<LinkKeyPair, 'spki' | 'xwingKey'>,
): Promise<Uint8Array> {
  const { name, cardSeq, hash } = who.card;
  const about = { name, ekSpki, xwingKey, cardSeq: cardSeq + 1, notBefore: 0, notAfter: 40 * DAY, prevCardHash: hash };
  return signCard(inlineRsa, who.identity, about);
}

/** A stand-in for Accounts that only looks people up. */
export function fakeAccounts(people: { name: string; card: Card }[]): Accounts {
  const accounts = people.map(
    ({ name, card }): Account => ({ name, idFp: card.idFp, record: `record-of-${name}`, flags: new Set() }),
  );
  return {
    get: (name: string) => accounts.find((account) => account.name === name),
    find(name: string) {
      const account = accounts.find((one) => one.name === name);
      if (account === undefined) throw new Refusal('no-such-user', 'there is no user with that name');
      return account;
    },
    isUnreadable: () => false,
    all: () => accounts,
    after: (after: string | null) => accounts.filter(({ name }) => after === null || name > after),
    byIdentity: (idFp: Uint8Array) =>
      accounts.find((account) => account.idFp && Buffer.compare(account.idFp, idFp) === 0),
  } as unknown as Accounts;
}

/** A daemon where these people have registered. `time.now` is its clock, `calls` are the calls of its store. */
export async function openTestDaemon(
  t: ExecutionContext,
  names: readonly Name[] = ['alice', 'bob', 'carol'],
  timers: Pick<Clock, 'after'> = systemClock,
) {
  const { store: stored, time } = await temporaryStore(t);
  const calls: StoreCall[] = [];
  const store = recordedStore(stored, calls);
  const clock: Clock = { ...systemClock, after: timers.after, now: () => time.now };
  let latest = 0;
  const people = await Promise.all(names.map(testPerson));
  const directory = await CardDirectory.open(store, clock);
  for (const { name, card, cardBytes } of people) await directory.put(cardBytes, { name, idFp: card.idFp }, store);
  const daemonId = new Uint8Array(32).fill(0xda);
  const identity = { keys: { link: fixtureSealKey('daemon-link'), sign: fixtureKey('daemon-sign') }, daemonId };
  const log = pino({ level: 'silent' });
  const accounts = fakeAccounts(people);
  const feed = new EventFeed();
  const sessions = new Sessions();
  const base = {
    store,
    clock,
    directory,
    identity,
    log,
    accounts,
    sessions,
    feed,
    broadcasts: null,
    defer: setImmediate,
    rsa: inlineRsa,
    random: systemRandom,
    limits: new Limits({
      monotonic() {
        latest = Math.max(latest, time.now);
        return latest;
      },
    }),
    refused: new RefusedLinks({ clock, log }),
    warnings: new ThrottledWarnings({ clock, log }),
    config: { messageQuota: 2 ** 30 },
  };
  const rooms = await Rooms.open(base, store);
  const parts = { ...base, rooms, epochs: new Epochs(base), grants: new Grants(base) };
  const context = parts as unknown as Context;
  let opened = 0;
  /** A session of one of them, and every event it receives except presence. */
  const login = (name: Name) => {
    const events: Event[] = [];
    const send = (bytes: Uint8Array) => {
      const said = decodeFromDaemon(bytes);
      if ('event' in said && said.event.method !== 'presence') events.push(said.event);
    };
    const fields = {
      cb: new Uint8Array(32),
      queuedBytes: 0,
      drained: async () => {},
      sendSegment() {},
      loggedIn() {},
      async close() {},
    };
    const link = { ...fields, send } as unknown as ConstructorParameters<typeof Session>[0]['link'];
    const session = new Session({ id: ++opened, link, address: '192.0.2.1', since: 0, log });
    session.account = accounts.get(name) ?? null;
    session.state = 'by-password';
    session.device = opened;
    sessions.add(session);
    feed.join(session);
    return { session, events };
  };
  const [alice, bob, carol] = people as [TestPerson, TestPerson, TestPerson];
  return { context, store, calls, time, feed, directory, daemonId, identity, rooms, parts, login, alice, bob, carol };
}

export type TestDaemon = Awaited<ReturnType<typeof openTestDaemon>>;

/** The next entry of the lobby's log, signed by `who` about themselves. */
export function lobbyEntry({ rooms }: TestDaemon, who: TestPerson, op: 'join' | 'leave', at = rooms.lobby.head) {
  const subject = { name: who.name, idFp: who.card.idFp };
  const about = { room: rooms.lobby.id, n: at.n + 1, prev: at.hash, op, subject, actor: who.card.idFp, time: 5 };
  const body = op === 'join' ? encodeJoinBody({ sigSpki: who.identity.spki }) : new Uint8Array();
  return signLogEntry(inlineRsa, who.identity, { ...about, body });
}

/** A new epoch of the lobby by `maker` for these members, made at its head. */
export async function lobbyEpoch(daemon: TestDaemon, maker: TestPerson, members: TestPerson[]) {
  const { id: room, head, epoch } = daemon.rooms.lobby;
  const minted = await mintEpoch(inlineRsa, {
    room,
    logHead: head.hash,
    epochPrev: epoch.id,
    time: daemon.time.now,
    maker: { ...maker.identity, idFp: maker.card.idFp },
    members: members.map(({ card }) => card),
    random: systemRandom,
    info: null,
    before: null,
  });
  return { ...minted, room };
}

/** Resolves after everything deferred to the end of this turn, such as posts. */
export const deferredDone = () => new Promise((resolve) => setImmediate(resolve));
