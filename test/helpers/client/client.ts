/** A client reduced to its requests, with the real protocol, a real daemon, and keys from the fixtures. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import { Calls } from '../../../src/client/connection/calls.ts';
import { loginByKey, loginByPassword } from '../../../src/client/login/login-exchange.ts';
import { openCard } from '../../../src/protocol/account/card.ts';
import { fromHex } from '../../../src/protocol/base/bytes.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { connectLink, type Link } from '../../../src/protocol/link/link-setup.ts';
import type { Welcome } from '../../../src/protocol/wire/login-requests.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import type { DaemonProcess } from '../daemon/daemon.ts';
import { fastOpaque } from '../protocol/fast-opaque.ts';
import { firstCard, type PersonName } from '../protocol/people.ts';

export type TestClient = {
  calls: Calls;
  link: Link;
  socket: Socket;
  request: Calls['request'];
  /** The names of the events so far. */
  events: string[];
  /** Resolves when the link has ended. */
  ended: Promise<unknown>;
};

/** The daemonId of every daemon that test/helpers/daemon/daemon.ts starts. */
export const testDaemonId = new Uint8Array(32).fill(1);

type Address = Pick<DaemonProcess, 'port' | 'fingerprint'>;

export async function connectTo(t: ExecutionContext, daemon: Address): Promise<TestClient> {
  const socket = connect(daemon.port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  const link = await connectLink(socket, {
    expect: fromHex(daemon.fingerprint),
    software: 'test',
  });
  const calls = new Calls(link);
  const events: string[] = [];
  calls.listen((event) => events.push(event.method));
  const ended = new Promise((resolve) => {
    calls.onEnd = resolve;
  });
  return { calls, link, socket, request: (method, params) => calls.request(method, params), events, ended };
}

/** A card of `person` for `name`, valid from now on. */
export function freshCard(person: PersonName, name: string = person): Promise<Uint8Array> {
  return firstCard(person, { name, notBefore: Date.now() - 1000 });
}

export async function register(
  { calls }: Pick<TestClient, 'calls'>,
  person: PersonName,
  password: string,
  o: { name?: string; invite?: string | null; localKeys?: boolean; card?: Uint8Array } = {},
): Promise<{ idFp: Uint8Array }> {
  const { name = person, invite = null, localKeys = true } = o;
  const begun = await fastOpaque.clientRegister(password);
  const answer = await calls.request('register-start', { name, message: begun.message, invite });
  const made = await fastOpaque.clientRegisterFinish(password, begun.state, answer.message, testDaemonId);
  const card = o.card ?? (await freshCard(person, name));
  await calls.request('register-finish', { record: made.record, card, localKeys });
  return { idFp: openCard(card).idFp };
}

/** Logs in by password. @throws Refusal, ClientError as loginByPassword */
export async function login(
  { calls }: Pick<TestClient, 'calls'>,
  name: string,
  password: string,
  device = 1,
  opaque = fastOpaque,
  ticket: Uint8Array | null = null,
): Promise<Welcome> {
  const who = { name, password, device, deviceName: `device ${device}`, daemonId: testDaemonId };
  return (await loginByPassword(calls, opaque, who, async () => ticket)).welcome;
}

/** A new account, registered and logged in with the password `pw`. */
export async function loggedInClient(t: ExecutionContext, at: Address, person: PersonName): Promise<TestClient> {
  const client = await connectTo(t, at);
  await register(client, person, 'pw');
  await login(client, person, 'pw');
  return client;
}

export function loginWithKey(
  { calls }: TestClient,
  person: PersonName,
  ticket: Uint8Array,
  device = 1,
): Promise<Welcome> {
  const identity = fixtureKey(`${person}-identity`);
  return loginByKey(calls, inlineRsa, { name: person, identity, device, ticket, daemonId: testDaemonId });
}
