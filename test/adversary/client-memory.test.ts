/** A daemon that sends events without end: a program with little memory survives, and messages go on. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { fromHex } from '../../src/protocol/base/bytes.ts';
import { joinLink } from '../../src/protocol/link/daemon-identity.ts';
import { encodeEvent } from '../../src/protocol/wire/codec.ts';
import type { EventName, EventParams } from '../../src/protocol/wire/events.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { startSecurechat } from '../helpers/screen/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { hostileDaemon } from './hostile-daemon.ts';

/** In MiB; a program takes about 30 MiB before any event. */
const HEAP = 56;
const LARGE = 2 ** 20;

const hash = () => new Uint8Array(randomBytes(32));
const sentence = 'x'.repeat(500);

/** The events and their numbers: the heap could not hold all that they would leave. People are kept, up to a bound. */
const eventFlood = (
  lobby: Uint8Array,
): { [N in EventName]: [count: number, params: (n: number) => EventParams<N>] } => ({
  presence: [2_500, (n) => ({ name: `p${n}`, online: n % 2 === 0, away: false })],
  registered: [2_500, (n) => ({ name: `p${n}`, idFp: hash() })],
  unregistered: [30_000, (n) => ({ name: `u${n}` })],
  renewed: [30_000, (n) => ({ name: `n${n}`, cardSeq: n })],
  typing: [30_000, (n) => ({ name: `t${n}` })],
  read: [30_000, (n) => ({ conversation: hash(), seq: n })],
  'shared-changed': [30_000, (n) => ({ version: n })],
  delivered: [30_000, (n) => ({ conversation: hash(), seq: n })],
  'device-added': [2_000, (n) => ({ device: n, name: `d${n}`, kind: 'device', address: '10.0.0.7', at: n })],
  'grant-wanted': [30_000, (n) => ({ room: hash(), epochId: hash(), name: `g${n}` })],
  granted: [10_000, () => ({ room: hash(), epochId: hash(), from: 'eve', grant: new Uint8Array(2048) })],
  stored: [30_000, (n) => ({ transfer: n, upTo: n, window: n })],
  'transfer-failed': [30_000, (n) => ({ transfer: n, code: 'full', message: sentence })],
  // Every other one is for the lobby.
  posted: [
    2_000,
    (n) => ({
      conversation: n % 2 === 0 ? lobby : hash(),
      with: null,
      entry: {
        seq: 1000 + n,
        at: n,
        kind: 'message',
        from: 'eve',
        bytes: new Uint8Array(16_000),
        file: null,
        keys: [],
      },
    }),
  ],
  closing: [10_000, () => ({ reason: 'idle', message: sentence })],
});

test('endless events of every kind leave a program with little memory alive, and messages go on', async (t) => {
  t.timeout(240_000);
  const daemon = await hostileDaemon(t);
  const server = joinLink('127.0.0.1', daemon.at.port, fromHex(daemon.at.fingerprint));
  const profile = join(await temporaryFolder(t), 'alice');
  const account = { server, password: 'secret', register: {} };
  await (await connectChat(t, { ...account, user: 'alice', profile })).client.close();
  const bob = await connectChat(t, { ...account, user: 'bob' });
  const program = startSecurechat(t, ['listen', '--json', '--server', server, '--profile', profile], {
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP}` },
    stdin: null,
  });
  const goesOn = async (text: string) => {
    await bob.client.send('#lobby', text);
    await program.untilWritten(new RegExp(`"text":"${text}"`));
  };
  await goesOn('before');
  const [lobby] = (await bob.signedIn.connection.request('conversations', { after: null })).conversations;
  if (lobby === undefined) throw new Error('there is no lobby');
  const talks = eventFlood(lobby.conversation);
  const session = () => daemon.sessionOf('alice');
  const tell = async <N extends EventName>(method: N) => {
    const [count, params] = talks[method];
    for (let n = 0; n < count; n++) {
      session().link.send(encodeEvent(method, params(n)));
      // If the program gave up a link, another one follows.
      if (n % 100 === 0 || session().link.queuedBytes > LARGE) await turn();
      while (!session().ended && session().link.queuedBytes > LARGE) await turn();
    }
    await goesOn(`after ${method}`);
  };
  for (const method of Object.keys(talks) as EventName[]) await tell(method);
  t.is((await program.stop()).code, 143, 'it was here until it was stopped');
});
