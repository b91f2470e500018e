/** A daemon that knows an expired key can still show its card: messages sealed to it are marked as late. */
import test from 'ava';
import { differentSentAt } from '../../src/client/messages/written-time.ts';
import { CARD_LIFE_MS } from '../../src/protocol/account/card.ts';
import { connectChat, startChat } from '../helpers/client/chat.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { tamperedLogin } from '../helpers/client/tamper.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';

const day = 24 * 3_600_000;
const password = 'secret';
const register = {};

test.serial('a note sealed to a key that expired a month before is marked late', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const signedIn = await signInAs(t, { user: 'bob', server, password, register });
  let later = 0;
  const bob = await startChat(t, tamperedLogin(signedIn, { entry: (entry) => [{ ...entry, at: entry.at + later }] }));
  for (const [days, text, late] of [
    [0, 'at once', false],
    [28, 'within the month', false],
    [32, 'long after', true],
  ] as const) {
    later = days === 0 ? 0 : CARD_LIFE_MS + days * day;
    await alice.client.send('@bob', text);
    const came = await bob.message(text);
    t.is(came.late, late, text);
    t.is(differentSentAt(came), days === 0 ? null : came.sentAt);
  }
  const { messages } = await bob.client.history('@alice');
  t.deepEqual(
    messages.map(({ late }) => late),
    [false, false, true],
    'and it stays marked',
  );
});
