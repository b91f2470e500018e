import test from 'ava';
import { conversations } from '../../../../src/daemon/requests/messages/conversations.ts';
import { CONVERSATIONS_PER_ANSWER } from '../../../../src/daemon/store/conversation-operations.ts';
import { openTestDaemon } from '../../../helpers/daemon/daemon-people.ts';
import { bytes16, bytes32, person, testNote } from '../../../helpers/daemon/store.ts';

test('the second page follows the first, even if another conversation began in between', async (t) => {
  const { context, store, login, alice } = await openTestDaemon(t);
  const author = { name: 'alice', idFp: alice.card.idFp };
  const begin = (n: number) =>
    store.appendNote(testNote(n, { author, to: person(`p${n}`), conversation: bytes32(n), id: bytes16(n), n: 1 }));
  const count = CONVERSATIONS_PER_ANSWER + 10;
  await Promise.all(Array.from({ length: count }, (_, i) => begin(i + 1)));
  const { session } = login('alice');
  const first = await conversations(context, session, { after: null });
  t.is(first.conversations.length, CONVERSATIONS_PER_ANSWER);
  t.deepEqual(first.next, first.conversations.at(-1)?.conversation);
  await begin(count + 1);
  const second = await conversations(context, session, { after: first.next });
  t.is(second.next, null);
  const names = [...first.conversations, ...second.conversations].map((one) => one.with);
  t.deepEqual(
    names,
    Array.from({ length: count + 1 }, (_, i) => `p${i + 1}`),
  );
});
