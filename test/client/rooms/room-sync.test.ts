/** What a client does when the daemon removes it from a room although its account exists. */
import test from 'ava';
import type { Context } from '../../../src/daemon/context.ts';
import { equal } from '../../../src/protocol/base/bytes.ts';
import { hostileDaemon } from '../../adversary/hostile-daemon.ts';
import { connectChat, textOf } from '../../helpers/client/chat.ts';

test.serial('a client that is removed while it is online joins again at once, and says so once', async (t) => {
  const { at, script } = await hostileDaemon(t);
  const account = { server: `127.0.0.1:${at.port}`, password: 'secret', register: {} } as const;
  const alice = await connectChat(t, { ...account, user: 'alice' });
  const bob = await connectChat(t, { ...account, user: 'bob' });
  await alice.client.send('#lobby', 'before');
  await bob.message('before');
  const { idFp } = bob.signedIn.keyring.me;
  script.answers.ping = async ({ context, honest }) => {
    delete script.answers.ping;
    await remove(context, idFp);
    return honest();
  };
  await alice.signedIn.connection.request('ping', {});
  await bob.event((event) => event.type === 'notice' && /removed you from #lobby.*in it again/.test(event.text));
  await alice.client.send('#lobby', 'after');
  await bob.message('after');
  const { messages, gaps } = await bob.client.history('#lobby');
  t.deepEqual(messages.map(textOf), ['before', 'after']);
  t.deepEqual(gaps, []);
  await bob.client.send('#lobby', 'I am back');
  await alice.message('I am back');
  t.is(bob.events.filter((event) => event.type === 'notice').length, 1);
});

/** Removes this identity as if its account were gone from users.txt. */
async function remove({ rooms, accounts, store, defer }: Context, gone: Uint8Array): Promise<void> {
  const others = { byIdentity: (idFp: Uint8Array) => (equal(idFp, gone) ? undefined : accounts.byIdentity(idFp)) };
  await rooms.removeMembersWithoutAccount(
    others as Parameters<typeof rooms.removeMembersWithoutAccount>[0],
    store,
    defer,
  );
}
