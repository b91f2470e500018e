/** A machine with a wrong clock is told so, instead of blaming others. */
import { join } from 'node:path';
import test from 'ava';
import { ClientError } from '../../src/client/errors.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const day = 24 * 3_600_000;
const password = 'secret';
const register = {};
const off = (ms: number) => ({ clock: { ...systemClock, now: () => Date.now() + ms } });

test.serial('a clock that is far ahead is reported at login, and when keys seem to have expired', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'bob');
  // Her card is valid for another month; by his clock it expired a week ago.
  await connectChat(t, { user: 'alice', server, password, register }, off(-58 * day));
  await (await connectChat(t, { user: 'bob', server, password, register, profile })).client.close();
  const bob = await connectChat(t, { user: 'bob', server, profile }, off(40 * day));
  t.like(await bob.event(({ type }) => type === 'notice'), {
    text: "this machine's clock is 40 days ahead of the daemon's; correct it: times look wrong, and keys of others may seem expired or stay in use too long",
  });
  await t.throwsAsync(bob.client.send('@alice', 'hello'), {
    instanceOf: ClientError,
    code: 'refused',
    message:
      "the key of alice seems to have expired, but this machine's clock is 40 days ahead of the daemon's; correct the clock and send it again",
  });
});

test.serial('a clock that is four minutes off is not reported', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register }, off(-4 * 60_000));
  await alice.client.send('@alice', 'hello');
  t.deepEqual(
    alice.events.filter(({ type }) => type === 'notice'),
    [],
  );
});
