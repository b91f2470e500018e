import test from 'ava';
import { listen } from '../../../src/tui/client/listen.ts';
import type { ClientEvent, Message } from '../../../src/tui/client/types.ts';

/** A client of which only subscribe is used. */
function fakeClient() {
  const listeners = new Set<(event: ClientEvent) => void>();
  return {
    listeners,
    subscribe(listener: (event: ClientEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(event: ClientEvent) {
      for (const listener of listeners) listener(event);
    },
    message(id: string, fresh = true) {
      this.tell({ type: 'message', message: { id } as Message, fresh });
    },
  };
}

test('new messages come in order, also those that arrive while the loop is busy', async (t) => {
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

test('it ends when the client is closed, after what had come', async (t) => {
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

test('it ends with its signal, and when the loop is left', async (t) => {
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
