import test from 'ava';
import { parseConversation } from '../../../src/cli/console/conversation-argument.ts';
import { ClientError } from '../../../src/client/errors.ts';

test('parseConversation takes a name, with or without @, or a room', (t) => {
  t.is(parseConversation('bob'), '@bob');
  t.is(parseConversation('@bob'), '@bob');
  t.is(parseConversation('#lobby'), '#lobby');
  t.is(parseConversation('#cellar'), '#cellar');
});

test('an invalid name is a usage error', (t) => {
  for (const bad of ['', '@', 'a:b', 'a b', '-x', 'x'.repeat(33), 'a\u001b[31m', '@@bob', '#', '##lobby', '#a b'])
    t.throws(() => parseConversation(bad), { instanceOf: ClientError, code: 'usage' }, JSON.stringify(bad));
});
