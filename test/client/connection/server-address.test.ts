import test from 'ava';
import { parseServer } from '../../../src/client/connection/server-address.ts';
import { ClientError } from '../../../src/client/errors.ts';

test('a server is given as an address or a join link', (t) => {
  t.deepEqual(parseServer('Chat.Example:1').address, { host: 'chat.example', port: 1 });
  t.throws(() => parseServer('http://x'), { instanceOf: ClientError, code: 'usage' });
});
