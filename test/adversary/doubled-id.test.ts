/** Mallory gives her message the id of another's: an answer to one of them is never shown as an answer to the other. */
import test from 'ava';
import { openParts } from '../../src/client/client-parts.ts';
import { ClientLifecycle } from '../../src/client/lifecycle.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';

test('a message is answered, selected and deleted by author and id, even if another author uses that id', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const account = { server, password: 'secret', register: {} } as const;
  const alice = await connectChat(t, { ...account, user: 'alice' });
  const bob = await connectChat(t, { ...account, user: 'bob' });
  const carol = new ClientLifecycle(await openParts(await signInAs(t, { ...account, user: 'carol' })));
  t.teardown(() => carol.end(0));
  await carol.start();

  const asked = await alice.client.send('#lobby', 'shall we meet at eight?');
  const ref = await carol.parts.conversations.named('#lobby');
  await carol.parts.myMessages.queue(ref, { kind: 'text', text: 'shall I have your keys?' }, asked);
  const bait = await bob.message('shall I have your keys?');
  const hers = await bob.message('shall we meet at eight?');
  t.is(bait.id, hers.id);
  t.not(bait.author, hers.author);
  t.is(hers.author, alice.client.me.fingerprint);

  await bob.client.queue('#lobby', 'yes', { reply: hers });
  await bob.client.queue('#lobby', 'never', { reply: bait });
  const named = async (text: string) => {
    const { body } = await alice.message(text);
    return body.kind === 'reply' ? body.to : null;
  };
  t.deepEqual(await named('yes'), { author: hers.author, id: asked.id });
  t.deepEqual(await named('never'), { author: bait.author, id: asked.id });
  await t.throwsAsync(bob.client.queue('#lobby', 'x', { reply: { author: bob.client.me.fingerprint, id: asked.id } }), {
    code: 'refused',
  });

  await bob.client.react(hers, '👍', true);
  await alice.message('shall we meet at eight?', ({ reactions }) => reactions['👍']?.[0] === 'bob');
  await alice.client.remove(asked);
  await bob.message('', ({ author, deleted }) => deleted && author === hers.author);
  const { messages } = await bob.client.history('#lobby');
  t.deepEqual(
    messages.map(({ from, deleted, reactions }) => [from, deleted, Object.keys(reactions)]),
    [
      ['alice', true, []],
      ['carol', false, []],
      ['bob', false, []],
      ['bob', false, []],
    ],
  );
});
