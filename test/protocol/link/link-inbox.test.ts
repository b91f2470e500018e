import test from 'ava';
import { utf8 } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { linkPair, listen } from '../../helpers/protocol/link-pair.ts';

test('messages before a handler is set are kept, and so is the end', async (t) => {
  const { client, daemon } = await linkPair();
  daemon.send(utf8('one'));
  daemon.send(utf8('two'));
  const closed = daemon.close();
  await new Promise((resolve) => setImmediate(setImmediate, resolve));
  const heard = listen(client);
  t.is(await heard.end, 'closed');
  await closed;
  t.deepEqual(heard.messages, ['one', 'two']);
});

test('a paused link delivers nothing until it is resumed', async (t) => {
  const { client, daemon } = await linkPair();
  const heard = listen(client, () => client.pause());
  for (const text of ['one', 'two', 'three']) daemon.send(utf8(text));
  const closed = daemon.close();
  await heard.until(1);
  for (const n of [1, 2, 3]) {
    t.is(heard.messages.length, n);
    client.resume();
  }
  t.is(await heard.end, 'closed');
  await closed;
});

test('an error in a message handler ends the link with that error', async (t) => {
  const { client, daemon } = await linkPair();
  const end = new Promise((resolve) => {
    daemon.onClose = resolve;
  });
  let calls = 0;
  daemon.onMessage = () => {
    calls += 1;
    throw new ProtocolError('message', 'not MessagePack');
  };
  const other = listen(client);
  client.send(utf8('x'));
  client.send(utf8('y'));
  t.like(await end, { code: 'message', message: 'not MessagePack' });
  t.is(await other.end, 'lost');
  t.is(calls, 1);
});
