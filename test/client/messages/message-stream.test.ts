import test from 'ava';
import type { Client } from '../../../src/client/api/client-api.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { listen } from '../../../src/client/messages/message-stream.ts';
import type { ClientEvent, Message } from '../../../src/client/types.ts';

/** A client reduced to its name and its events. */
function fakeClient() {
  const listeners = new Set<(event: ClientEvent) => void>();
  return {
    me: { name: 'alice' } as Client['me'],
    listeners,
    subscribe(listener: (event: ClientEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(event: ClientEvent) {
      for (const listener of listeners) listener(event);
    },
    message(id: string, fresh = true, from = 'bob') {
      this.tell({ type: 'message', message: { id, from } as Message, fresh });
    },
  };
}

test('new messages arrive in order, even while the loop is busy', async (t) => {
  const client = fakeClient();
  const iterator = listen(client);
  const first = iterator.next();
  client.message('a');
  client.message('changed', false);
  client.message('b');
  client.tell({ type: 'notice', text: 'x' });
  client.message('c');
  const ids = [await first, await iterator.next(), await iterator.next()].map(({ value }) => value?.id);
  t.deepEqual(ids, ['a', 'b', 'c']);
});

test('the stream ends when the client is closed, after the waiting messages', async (t) => {
  const client = fakeClient();
  const seen: string[] = [];
  const loop = (async () => {
    for await (const { id } of listen(client)) seen.push(id);
  })();
  client.message('a');
  client.tell({ type: 'link', link: { state: 'closed', reason: 'closed' } });
  await loop;
  t.deepEqual(seen, ['a']);
  t.is(client.listeners.size, 0);
});

test('the stream throws the reason when there will be no more link, after the waiting messages', async (t) => {
  const client = fakeClient();
  const iterator = listen(client);
  const first = iterator.next();
  client.message('a');
  client.tell({ type: 'link', link: { state: 'closed', reason: 'another key', code: 'key-changed' } });
  t.is((await first).value?.id, 'a');
  await t.throwsAsync(iterator.next(), { instanceOf: ClientError, code: 'key-changed', message: 'another key' });
  t.is(client.listeners.size, 0);
});

test('the stream ends with its signal, and when the loop is left', async (t) => {
  const client = fakeClient();
  const stop = new AbortController();
  const waiting = listen(client, { signal: stop.signal }).next();
  stop.abort();
  t.true((await waiting).done);
  const left = listen(client);
  const next = left.next();
  client.message('a');
  await next;
  await left.return();
  t.is(client.listeners.size, 0);
  t.true((await listen(client, { signal: stop.signal }).next()).done);
});

test('own messages arrive only if they are requested', async (t) => {
  const client = fakeClient();
  const others = listen(client);
  const all = listen(client, { own: true });
  const heard = [others.next(), all.next()];
  client.message('mine', true, 'alice');
  client.message('his');
  t.deepEqual(
    (await Promise.all(heard)).map(({ value }) => value?.id),
    ['his', 'mine'],
  );
  await Promise.all([others.return(), all.return()]);
});

test('a loop that is too slow gets the waiting messages, then an error', async (t) => {
  const client = fakeClient();
  const iterator = listen(client, { max: 3 });
  const first = iterator.next();
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) client.message(id);
  t.is(client.listeners.size, 0, 'it takes no more');
  const ids = [(await first).value?.id];
  for (let i = 0; i < 2; i++) ids.push((await iterator.next()).value?.id);
  t.deepEqual(ids, ['a', 'b', 'c']);
  await t.throwsAsync(iterator.next(), { instanceOf: ClientError, code: 'refused', message: /more than 3 messages/ });
  t.true((await iterator.next()).done);
});
