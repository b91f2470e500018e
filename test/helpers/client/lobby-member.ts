/** Members of the lobby that are reduced to their requests. */
import type { ExecutionContext } from 'ava';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { encodeJoinBody } from '../../../src/protocol/sealed/room-bodies.ts';
import { parseLogEntry, signLogEntry } from '../../../src/protocol/sealed/room-log.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { connectTo, login, register, type TestClient } from './client.ts';

/** Joins the lobby as the next in its log. */
async function joinLobby(
  { request }: TestClient,
  name: 'alice' | 'bob',
  { lobby, idFp }: Awaited<ReturnType<typeof login>>,
) {
  if (idFp === null) throw new Error('the account has keys');
  const identity = fixtureKey(`${name}-identity`);
  const log = await request('fetch', {
    conversation: lobby,
    after: 0,
    before: null,
    limit: 100,
    newest: false,
    kinds: ['log'],
  });
  const last = parseLogEntry(log.entries.at(-1)?.bytes ?? new Uint8Array());
  const about = {
    room: lobby,
    n: last.n + 1,
    prev: last.hash,
    op: 'join',
    subject: { name, idFp },
    actor: idFp,
  } as const;
  const entry = await signLogEntry(inlineRsa, identity, {
    ...about,
    time: Date.now(),
    body: encodeJoinBody({ sigSpki: identity.spki }),
  });
  await request('log-append', { room: lobby, entry });
}

/** A new account that is in the lobby, with the password `pw`. */
export async function lobbyMember(
  t: ExecutionContext,
  at: Parameters<typeof connectTo>[1],
  name: 'alice' | 'bob',
  { device = 1, card }: { device?: number; card?: Uint8Array } = {},
) {
  const client = await connectTo(t, at);
  await register(client, name, 'pw', { ...(card && { card }) });
  const welcome = await login(client, name, 'pw', device);
  await joinLobby(client, name, welcome);
  return { client, welcome };
}

/** Who is in the lobby, as its log says. */
export async function lobbyNames({ request }: TestClient, lobby: Uint8Array): Promise<string[]> {
  return (await request('members', { room: lobby, after: null })).members.map(({ name }) => name).sort();
}
