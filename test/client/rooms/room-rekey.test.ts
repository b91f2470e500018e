import { join } from 'node:path';
import test from 'ava';
import { connectChat, lines } from '../../helpers/client/chat.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};

test.serial('a member who was never online together with a speaker can read the lobby', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = { user: 'alice' as const, server, password, profile: join(await temporaryFolder(t), 'alice') };
  const bob = { user: 'bob' as const, server, password, profile: join(await temporaryFolder(t), 'bob') };
  const first = await connectChat(t, { ...alice, register });
  await first.client.send('#lobby', 'before anybody came');
  await first.client.close();
  await (await connectChat(t, { ...bob, register })).client.close();
  const speaker = await connectChat(t, alice);
  await speaker.client.send('#lobby', 'bob is not here now');
  await speaker.client.close();
  const reader = await connectChat(t, bob);
  await reader.message('bob is not here now');
  const { messages } = await reader.client.history('#lobby');
  t.deepEqual(lines(messages), ['alice: bob is not here now (sent)']);
});
