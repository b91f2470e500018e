/** The accounts of floods.ts. Accounts, cards and tickets are written before the daemon starts, so that each can log in by key. */

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Calls } from '../src/client/connection/calls.ts';
import { loginByKey, loginByPassword } from '../src/client/login/login-exchange.ts';
import { accountLine, formatUsers } from '../src/daemon/accounts/users-file.ts';
import { Rooms } from '../src/daemon/rooms/rooms.ts';
import { EventFeed } from '../src/daemon/sessions/event-feed.ts';
import type { Store } from '../src/daemon/store/store.ts';
import { openSqliteStore } from '../src/daemon/store-thread/sqlite-store.ts';
import { systemClock } from '../src/platform/clock.ts';
import { systemRandom } from '../src/platform/random.ts';
import { CARD_LIFE_MS, type Card, openCard, signCard } from '../src/protocol/account/card.ts';
import { H } from '../src/protocol/base/bytes.ts';
import { inlineOpaque } from '../src/protocol/crypto/opaque.ts';
import { inlineRsa } from '../src/protocol/crypto/rsa-pool.ts';
import { daemonFingerprint } from '../src/protocol/link/daemon-identity.ts';
import { connectLink } from '../src/protocol/link/link-setup.ts';
import { sealNote } from '../src/protocol/sealed/note.ts';
import { encodeJoinBody } from '../src/protocol/sealed/room-bodies.ts';
import { signLogEntry } from '../src/protocol/sealed/room-log.ts';
import { fixtureKey, fixtureSealKey } from '../test/fixtures/keys.ts';
import { fastOpaque } from '../test/helpers/protocol/fast-opaque.ts';

export const LINKS = 50;
/** How many more accounts exist that never log in. */
const ABSENT = 2_000;
const DEVICE = 1;
export const daemonId = new Uint8Array(32).fill(1);
/** The password of the first flooder; the others have none. */
export const PASSWORD = 'a password for floods';
const ticket = new Uint8Array(32).fill(3);
const identity = fixtureKey('mallory-identity');
const expect = daemonFingerprint({ link: fixtureSealKey('daemon-link'), sign: fixtureKey('daemon-sign') });

export const flooder = (index: number): string => `flooder${index}`;

/** A fresh card for `name`. All accounts share one key pair: the name is part of the identity. */
export async function cardOf(name: string): Promise<{ bytes: Uint8Array; card: Card }> {
  const { spki: ekSpki, xwingKey } = fixtureSealKey('mallory-encryption');
  const notBefore = Math.floor(Date.now() / 60_000) * 60_000 - 60_000;
  const about = { name, ekSpki, xwingKey, cardSeq: 1, notBefore, notAfter: notBefore + CARD_LIFE_MS };
  const bytes = await signCard(inlineRsa, identity, { ...about, prevCardHash: new Uint8Array(32) });
  return { bytes, card: openCard(bytes) };
}

/** Writes users.txt and the database of a daemon that has not started yet. */
export async function writeAccounts(dir: string): Promise<void> {
  const store = await openSqliteStore(join(dir, 'securechat.db'));
  const lines = [];
  const people: Card[] = [];
  const setup = await inlineOpaque.createSetup();
  for (const name of ['alice', 'bob', ...Array.from({ length: LINKS }, (_, index) => flooder(index))]) {
    const { bytes, card } = await cardOf(name);
    const { idFp, cardSeq, hash, ekFp, notAfter } = card;
    people.push(card);
    await store.addCard({ idFp, cardSeq, hash, ekFp, notAfter, prevHash: new Uint8Array(32), bytes });
    const ticketHash = H('ticket', ticket);
    await store.putDevice({ idFp, device: DEVICE, ticketHash, kind: 'device', name: '', address: '127.0.0.1' });
    const record = name === flooder(0) ? await recordOf(setup, name) : 'x'.repeat(64);
    lines.push(accountLine({ name, idFp, record, flags: new Set(['local-keys']) }));
  }
  await joinLobby(store, people);
  await store.close();
  for (let index = 0; index < ABSENT; index++) {
    const name = `absent${(index * 7919) % ABSENT}`;
    lines.push(accountLine({ name, idFp: randomBytes(32), record: 'x'.repeat(64), flags: new Set() }));
  }
  const setupLine = JSON.stringify({ v: 1, method: 'opaque1', setup });
  await writeFile(join(dir, 'opaque.setup'), `${setupLine}\n`, { mode: 0o600 });
  await writeFile(join(dir, 'users.txt'), formatUsers(lines), { mode: 0o600 });
}

async function recordOf(setup: string, name: string): Promise<string> {
  const { state, message } = await fastOpaque.clientRegister(PASSWORD);
  const answer = await inlineOpaque.serverRegister(setup, name, message);
  return (await fastOpaque.clientRegisterFinish(PASSWORD, state, answer, daemonId)).record;
}

async function joinLobby(store: Store, people: readonly Card[]): Promise<void> {
  const keys = { link: fixtureSealKey('daemon-link'), sign: fixtureKey('daemon-sign') };
  const parts = { feed: new EventFeed(), broadcasts: null, clock: systemClock, random: systemRandom, rsa: inlineRsa };
  const rooms = await Rooms.open({ ...parts, identity: { keys, daemonId } }, store);
  for (const { name, idFp } of people) {
    const { id: room, head } = rooms.lobby;
    const about = { room, n: head.n + 1, prev: head.hash, op: 'join', subject: { name, idFp }, actor: idFp } as const;
    const entry = await signLogEntry(inlineRsa, identity, {
      ...about,
      time: Date.now(),
      body: encodeJoinBody({ sigSpki: identity.spki }),
    });
    await rooms.append(room, entry, { name, idFp }, store, setImmediate);
  }
}

/** Opens a socket from a loopback address. The fifty flooders use ten addresses, the others 127.0.0.1. */
export function openSocket(port: number, from = '127.0.0.1') {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
  socket.on('error', () => socket.destroy());
  return socket;
}

export function addressOf(index: number): string {
  return `127.0.0.${2 + (index % 10)}`;
}

/** How many handshakes run at once: the daemon closes a handshake that takes more than a few seconds. */
const OPENING = 4;
let opening = 0;

export async function openLink(port: number, from?: string) {
  while (opening >= OPENING) await after(5);
  opening += 1;
  try {
    const socket = openSocket(port, from);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('close', () => reject(new Error('the connection was refused')));
    });
    return { socket, link: await connectLink(socket, { expect, software: 'bench' }) };
  } finally {
    opening -= 1;
  }
}

export async function logIn(port: number, name: string, from?: string) {
  const opened = await openCalls(port, from);
  const who = { name, identity, device: DEVICE, ticket, daemonId };
  const { lobby } = await loginByKey(opened.calls, inlineRsa, who);
  return { ...opened, lobby };
}

export async function logInByPassword(port: number, name: string, from?: string) {
  const opened = await openCalls(port, from);
  const who = { name, password: PASSWORD, device: DEVICE, deviceName: '', daemonId };
  const { welcome } = await loginByPassword(opened.calls, fastOpaque, who, async () => ticket);
  return { ...opened, lobby: welcome.lobby };
}

async function openCalls(port: number, from?: string) {
  const { socket, link } = await openLink(port, from);
  const calls = new Calls(link);
  calls.listen(() => {});
  return { socket, link, calls };
}

/** Tries again until the daemon accepts the login. */
export async function logInWithRetry(port: number, name: string, from?: string, way = logIn) {
  for (;;) {
    try {
      return await way(port, name, from);
    } catch {
      await after(200);
    }
  }
}

/** Makes notes in order. Only the first is really sealed; the others are copies of it with another id and sequence number. */
export async function noteMaker(from: string, to: string): Promise<(n: number) => Uint8Array> {
  const [mine, theirs] = [(await cardOf(from)).card, (await cardOf(to)).card];
  const none = new Uint8Array(32);
  const header = {
    device: DEVICE,
    seq: 1,
    prev: none,
    seen: none,
    sentAt: Date.now(),
    noteId: new Uint8Array(16),
    life: 0,
  };
  const content = { kind: 'text', text: 'a line as people write it' } as const;
  const { note } = await sealNote(inlineRsa, { daemonId, identity, from: mine, to: theirs, ...header, content });
  // The id follows version, type and conversation; the sequence number follows the id, both identities and the device.
  const [idAt, seqAt] = [34, 34 + 16 + 64 + 4];
  return (n) => {
    const copy = Buffer.from(note);
    copy.writeUInt32BE(n, idAt);
    copy.writeBigUInt64BE(BigInt(n), seqAt);
    return copy;
  };
}
