/** A new key while other programs and devices of the same person are online. */
import { join } from 'node:path';
import test from 'ava';
import { systemClock } from '../../src/platform/clock.ts';
import { hex } from '../../src/protocol/base/bytes.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { quick } from '../helpers/client/exports.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

// Serial: each test starts its own daemon.
test.serial('another program of the profile goes on with the new key; another device needs the password', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  await (await signInAs(t, { user: 'alice', server, profile, password: 'secret', register: {} })).close();
  const one = await connectChat(t, { user: 'alice', server, profile }, quick);
  const two = await connectChat(t, { user: 'alice', server, profile });
  const laptop = await connectChat(t, { user: 'alice', server, password: 'secret' });
  const bob = await connectChat(t, { user: 'bob', server, password: 'secret', register: {} });
  await bob.client.send('@alice', 'before', { until: 'delivered' });
  await two.message('before');

  await one.client.rotateKeys('secret');
  await until(() => two.signedIn.keyring.me.card.cardSeq === 2);
  t.is(hex(two.signedIn.keyring.me.card.ekFp), hex(one.signedIn.keyring.me.card.ekFp));
  await two.client.send('@bob', 'from the other program', { until: 'delivered' });
  await bob.client.send('@alice', 'after', { until: 'delivered' });
  await two.message('after');
  await one.message('after');
  t.is((await one.client.history('@bob')).messages.length, 3);

  const closed = await laptop.event(({ type, ...event }) => 'link' in event && event.link.state === 'closed');
  t.like(closed, { link: { code: 'login-refused' } });
});

test.serial('a device goes on when another one renews the card of the same key', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const desk = await connectChat(t, { user: 'alice', server, profile, password: 'secret', register: {} });
  const laptop = await connectChat(t, { user: 'alice', server, password: 'secret' });
  await desk.client.close();
  const later = { ...systemClock, now: () => Date.now() + 61 * 86_400_000 };
  const again = await connectChat(t, { user: 'alice', server, profile }, { clock: later });
  t.is(again.signedIn.keyring.me.card.cardSeq, 2);
  await until(() => laptop.signedIn.keyring.me.card.cardSeq === 2 && laptop.client.link.state === 'online');
  await laptop.client.send('@alice', 'a note to myself');
  await again.event((event) => event.type === 'message' && event.message.from === 'alice');
  t.pass();
});
