import test from 'ava';
import { parseConversation } from '../../../src/cli/console/conversation-argument.ts';
import { ClientError } from '../../../src/client/errors.ts';

test('parseConversation takes a name, with or without @, or the lobby', (t) => {
  t.is(parseConversation('bob'), '@bob');
  t.is(parseConversation('@bob'), '@bob');
  t.is(parseConversation('#lobby'), '#lobby');
});

test('an invalid name is a usage error, an unknown room a refusal', (t) => {
  for (const bad of ['', '@', 'a:b', 'a b', '-x', 'x'.repeat(33), 'a\u001b[31m', '@@bob'])
    t.throws(() => parseConversation(bad), { instanceOf: ClientError, code: 'usage' }, JSON.stringify(bad));
  t.throws(() => parseConversation('#cellar'), { instanceOf: ClientError, code: 'refused' });
});
