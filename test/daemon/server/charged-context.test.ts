/** All work that a request causes, in the store and in events, is charged to the account that made the request. */
import * as nodeFs from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { Files } from '../../../src/daemon/files/files.ts';
import { recordHash } from '../../../src/daemon/login/login-attempt.ts';
import { type RequestRow, requestTable } from '../../../src/daemon/requests/index.ts';
import { chargedContextOf } from '../../../src/daemon/server/charged-context.ts';
import type { Defer } from '../../../src/daemon/sessions/event-feed.ts';
import type { Session } from '../../../src/daemon/sessions/session.ts';
import { Sessions } from '../../../src/daemon/sessions/sessions.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { H, utf8 } from '../../../src/protocol/base/bytes.ts';
import { loginProof } from '../../../src/protocol/crypto/opaque.ts';
import { sign } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { privateConversationId, sealNote } from '../../../src/protocol/sealed/note.ts';
import { sealRoomMessage } from '../../../src/protocol/sealed/room-message.ts';
import type { RequestName, RequestParams, RequestResult } from '../../../src/protocol/wire/requests.ts';
import { fixtureSealKey } from '../../fixtures/keys.ts';
import { deferredDone, lobbyEntry, lobbyEpoch, nextCard, openTestDaemon } from '../../helpers/daemon/daemon-people.ts';
import { randomSegments, uploadParams } from '../../helpers/daemon/file-upload.ts';
import { bytes16, bytes32 } from '../../helpers/daemon/store.ts';
import { firstCard } from '../../helpers/protocol/people.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const NONE = new Uint8Array(32);
const RECORD = Buffer.alloc(192).toString('base64url');
const SESSION_KEY = new Uint8Array(64).fill(5);
const WITHOUT_STORE: RequestName[] = [
  'register-start',
  'login-start',
  'login-finish',
  'record-start',
  'people',
  'ping',
  'away',
  'typing',
  'epoch-keys',
  'window',
];

/** Alice, Bob and a daemon with files; `ask` carries out a request like the queue of a link. */
async function open(t: ExecutionContext) {
  const daemon = await openTestDaemon(t, ['alice', 'bob']);
  const { calls, feed, store } = daemon;
  const { accounts, clock, log, warnings } = daemon.context;
  const config = { registration: 'open', messageQuota: 2 ** 30, maxFileSize: 2 ** 20, quota: 2 ** 30, retention: null };
  const files = await Files.open({ dir: await temporaryFolder(t), fs: nodeFs, clock, store, config, log, warnings });
  t.teardown(() => files.close());
  const opaque = {
    for: () => ({
      serverRegister: async () => 'message',
      serverLogin: async () => ({ state: 'state', message: 'message' }),
      serverLoginFinish: async () => SESSION_KEY,
    }),
  };
  const changeable = {
    ...accounts,
    checkNewName() {},
    async add() {},
    async remove() {},
    replaceRecord: async (name: string) => accounts.find(name),
  };
  const base = { ...daemon.context, opaque, config, files, accounts: changeable, sessions: new Sessions() };
  const defers: Defer[] = [];
  const post = feed.post.bind(feed);
  feed.post = (conversation, seq, deliver, defer) => {
    defers.push(defer);
    post(conversation, seq, deliver, defer);
  };
  const made = new Map<RequestName, string[]>();
  const unpaid: string[] = [];
  const ask = async <N extends RequestName>(
    session: Session,
    method: N,
    params: RequestParams<N>,
  ): Promise<RequestResult<N>> => {
    const { context, budget } = chargedContextOf(
      { ...base, store } as unknown as Parameters<typeof chargedContextOf>[0],
      session,
    );
    const row: RequestRow<N> = requestTable[method];
    calls.length = 0;
    defers.length = 0;
    const result = await row.handler(context, session, params);
    await deferredDone();
    for (const { key, name } of calls) if (key !== budget.key) unpaid.push(`${method}: ${name}`);
    for (const defer of defers) if (defer !== context.defer) unpaid.push(`${method}: post`);
    made.set(method, [...(made.get(method) ?? []), ...calls.map(({ name }) => name)]);
    return result;
  };
  const stranger = () => {
    const { session } = daemon.login('bob');
    session.account = null;
    session.state = 'anonymous';
    return session;
  };
  return { ...daemon, daemon, files, ask, stranger, made, unpaid };
}

type Asking = Awaited<ReturnType<typeof open>>;

async function comeAndGo({ ask, stranger, daemonId, alice }: Asking, mine: Session) {
  const newcomer = stranger();
  await ask(newcomer, 'register-start', { name: 'carol', message: 'message', invite: null });
  const card = await firstCard('carol', { notBefore: 0 });
  await ask(newcomer, 'register-finish', { record: RECORD, card, localKeys: false });
  await ask(mine, 'vault-put', { recordHash: recordHash('record-of-alice'), version: 1, vault: bytes32(1) });
  await ask(mine, 'vault-get', {});
  const byPassword = stranger();
  await ask(byPassword, 'login-start', { method: 'opaque1', name: 'alice', message: 'message' });
  await ask(byPassword, 'login-finish', { message: 'message' });
  const proof = loginProof(SESSION_KEY, 'client', byPassword.link.cb);
  const { ticket } = await ask(byPassword, 'login-prove', { proof, device: 77, deviceName: 'laptop', ticket: null });
  const byKey = stranger();
  const signature = sign(alice.identity.pkcs8, H('login', byKey.link.cb, daemonId, utf8('alice')));
  await ask(byKey, 'login-key', { name: 'alice', device: 77, ticket: ticket ?? NONE, signature });
  await ask(mine, 'ticket', { device: 78, name: 'export', kind: 'export' });
  await ask(mine, 'record-start', { message: 'message' });
  await ask(mine, 'record-finish', { record: RECORD, card: null });
  await ask(mine, 'cards', { name: 'bob', from: 0 });
  await ask(mine, 'people', { after: null });
  await ask(mine, 'sessions', {});
  await ask(mine, 'device-end', { device: 77 });
  await ask(mine, 'ping', {});
  await ask(mine, 'away', { away: true });
  await ask(mine, 'typing', { to: 'bob' });
  await ask(mine, 'shared-put', { after: 0, version: 1, shared: bytes32(1) });
  await ask(mine, 'shared-get', {});
}

async function meetInLobby({ daemon, ask, alice, bob }: Asking, mine: Session, his: Session) {
  const room = daemon.rooms.lobby.id;
  await ask(his, 'log-append', { room, entry: await lobbyEntry(daemon, bob, 'join') });
  const { epoch, epochId, key, keys } = await lobbyEpoch(daemon, bob, [bob]);
  await ask(his, 'epoch-begin', { room, epoch, members: keys.length });
  await ask(his, 'epoch-keys', { room, keys });
  await ask(his, 'epoch-commit', { room });
  await ask(mine, 'log-append', { room, entry: await lobbyEntry(daemon, alice, 'join') });
  await ask(mine, 'grant-ask', { room, epochId });
  await ask(his, 'grant', { room, epochId, to: 'alice', grant: bytes32(3) });
  const header = { room, epochId, from: bob.card.idFp, device: 9, seq: 1, msgId: bytes16(1), life: 0 };
  const said = { prev: NONE, seen: [], logHead: NONE, sentAt: 5, content: { kind: 'text', text: 'hello' } as const };
  const sealedBy = { key, identity: bob.identity, random: systemRandom };
  const { message } = await sealRoomMessage(inlineRsa, { ...header, ...said, ...sealedBy });
  await ask(his, 'say', { room, message, file: null });
}

async function whisper({ ask, daemonId, alice, bob }: Asking, his: Session, n: number, file: Uint8Array | null) {
  const chain = { device: 7, seq: n, prev: NONE, seen: NONE, sentAt: 5, noteId: bytes16(n), life: 0 };
  const between = { daemonId, identity: bob.identity, from: bob.card, to: alice.card };
  const { note } = await sealNote(inlineRsa, { ...between, ...chain, content: { kind: 'text', text: 'a' } });
  await ask(his, 'whisper', { to: 'alice', note, file });
}

async function catchUp({ ask }: Asking, mine: Session, conversation: Uint8Array) {
  await ask(mine, 'conversations', { after: null });
  const range = { after: 0, before: null, limit: 10, newest: false, kinds: null };
  await ask(mine, 'fetch', { conversation, ...range });
  await ask(mine, 'deliver', { conversation, seq: 1 });
  await ask(mine, 'read', { conversation, seq: 1 });
}

/** Sends a file three times: cut off, dropped, and complete. @returns the id of the complete file */
async function sendFile({ ask, files }: Asking, his: Session, conversation: Uint8Array): Promise<Uint8Array> {
  const about = { ...uploadParams(10), conversation };
  const { file } = about;
  const [segment = NONE] = randomSegments(10);
  const broken = await ask(his, 'upload-open', about);
  files.onSegment(his, broken.transfer, 0, segment);
  await ask(his, 'transfer-end', { transfer: broken.transfer });
  await ask(his, 'upload-drop', { file });
  const { transfer } = await ask(his, 'upload-open', about);
  files.onSegment(his, transfer, 0, segment);
  await ask(his, 'upload-finish', { transfer });
  return file;
}

test('all store work and events of a request are charged to its account', async (t) => {
  const asking = await open(t);
  const { login, ask, rooms, made, unpaid, daemonId, alice, bob } = asking;
  const { session: mine } = login('alice');
  const { session: his } = login('bob');
  const conversation = privateConversationId(daemonId, bob.card.idFp, alice.card.idFp);
  await comeAndGo(asking, mine);
  await meetInLobby(asking, mine, his);
  await whisper(asking, his, 1, null);
  await catchUp(asking, mine, conversation);
  const file = await sendFile(asking, his, conversation);
  await whisper(asking, his, 2, file);
  await ask(mine, 'files', { conversation, before: null });
  const { transfer } = await ask(mine, 'download-open', { file, from: 0, window: 0 });
  await ask(mine, 'window', { transfer, window: 1 });
  await ask(mine, 'card-put', { card: await nextCard(alice, fixtureSealKey('mallory-encryption')) });
  await ask(mine, 'members', { room: rooms.lobby.id, after: null });
  await ask(his, 'account-close', {});

  t.deepEqual(unpaid, []);
  t.deepEqual([...made.keys()].sort(), (Object.keys(requestTable) as RequestName[]).sort(), 'every request was made');
  const silent = [...made].flatMap(([method, names]) => (names.length === 0 ? [method] : []));
  t.deepEqual(silent.sort(), [...WITHOUT_STORE].sort());
});
