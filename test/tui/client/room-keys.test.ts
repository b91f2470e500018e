import test from 'ava';
import { hex } from '../../../src/protocol/bytes.ts';
import { accountKey, type ChatContext } from '../../../src/tui/client/chat-context.ts';
import { RoomKeys } from '../../../src/tui/client/room-keys.ts';
import { RoomMembers } from '../../../src/tui/client/room-members.ts';
import { chatAs } from '../../helpers/chat.ts';
import { startDaemon } from '../../helpers/daemon.ts';

test.serial('an epoch that comes by an event and by a fetch at once is taken once', async (t) => {
  const { join: server } = await startDaemon(t);
  const { client, signedIn } = await chatAs(t, { user: 'alice', server, password: 'secret', register: {} });
  await client.send('#lobby', 'under the first key');
  const { connection, keyring, profile, rsa, clock, daemon } = signedIn;
  const account = `other ${accountKey(daemon.daemonId, keyring.me.idFp)}`;
  const daemonSignSpki = daemon.signSpki;
  const context: ChatContext = {
    connection,
    keyring,
    profile,
    rsa,
    clock,
    daemonId: daemon.daemonId,
    daemonSignSpki,
    account,
  };
  const { entries } = await connection.request('fetch', {
    conversation: connection.welcome.lobby,
    after: 0,
    before: null,
    limit: 100,
    newest: false,
    kinds: ['log', 'epoch'],
  });
  const members = await RoomMembers.load(context, connection.welcome.lobby);
  for (const entry of entries) if (entry.kind === 'log') await members.take(entry);
  const keys = await RoomKeys.load(context, members);
  const [epoch] = entries.filter(({ kind }) => kind === 'epoch');
  if (epoch === undefined) return t.fail('no epoch');
  const [one, two] = await Promise.all([keys.take(epoch), keys.take(epoch)]);
  t.is(one, two);
  t.is(one.key?.length, 32);
  t.is(hex(keys.headId), one.id);
});
