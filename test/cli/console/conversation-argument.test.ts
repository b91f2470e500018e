import test from 'ava';
import { checkText, joinWords, parseConversation } from '../../../src/cli/console/conversation-argument.ts';
import { ClientError } from '../../../src/client/errors.ts';

test('a name with or without @, or the lobby', (t) => {
  t.is(parseConversation('bob'), '@bob');
  t.is(parseConversation('@bob'), '@bob');
  t.is(parseConversation('#lobby'), '#lobby');
});

test('what cannot be a name is a usage error, a room that is not there a refusal', (t) => {
  for (const bad of ['', '@', 'a:b', 'a b', '-x', 'x'.repeat(33), 'a\u001b[31m', '@@bob'])
    t.throws(() => parseConversation(bad), { instanceOf: ClientError, code: 'usage' }, JSON.stringify(bad));
  t.throws(() => parseConversation('#cellar'), { instanceOf: ClientError, code: 'refused' });
});

test('a text is 1 to 4,096 bytes of UTF-8', (t) => {
  t.notThrows(() => checkText('x'.repeat(4096)));
  t.notThrows(() => checkText('é'.repeat(2048)));
  for (const bad of ['', ' \n', 'x'.repeat(4097), `${'é'.repeat(2048)}x`, 'a\ud800b'])
    t.throws(() => checkText(bad), { instanceOf: ClientError, code: 'usage' });
});

test('words that were no UTF-8 are refused instead of sent as something else', (t) => {
  t.is(joinWords(['a', ' b']), 'a  b');
  t.throws(() => joinWords(['a', 'b\ufffd']), { instanceOf: ClientError, code: 'usage', message: /not UTF-8/ });
});
