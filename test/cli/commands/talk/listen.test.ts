import test from 'ava';
import { listen } from '../../../../src/cli/commands/talk/listen.ts';
import { Output } from '../../../../src/cli/console/output.ts';
import type { Shell } from '../../../../src/cli/console/shell.ts';
import type { Client } from '../../../../src/client/api/client-api.ts';
import type { ClientEvent } from '../../../../src/client/types.ts';
import { message } from '../../../helpers/screen/messages.ts';
import { until } from '../../../helpers/until.ts';

test('each message that is new to this program is printed once, whatever another program has read first', async (t) => {
  let printed = '';
  let send: (event: ClientEvent) => void = () => {};
  const arrives = (seq: number) =>
    send({ type: 'message', fresh: true, message: message({ seq, id: `m${seq}`, text: `text ${seq}` }) });
  const unread = message({ seq: 6, id: 'm6', text: 'text 6' });
  const client = {
    me: { name: 'alice' },
    // Another program has read up to 5 since this one logged in.
    conversations: async () => [{ name: '#lobby', read: 5, unread: 1 }],
    history: async () => ({ messages: [unread], gaps: [], more: false }),
    markRead: async () => {},
    subscribe(listener: typeof send) {
      send = listener;
      return () => {};
    },
  } as unknown as Client;
  const collect = { write: (text: string) => (printed += text) };
  const stop = new AbortController();
  const shell = {
    output: new Output({ json: false, quiet: true, stdout: collect, stderr: collect }),
    signal: stop.signal,
    withClient: (work: (client: Client) => Promise<void>) => work(client),
  } as unknown as Shell;
  const ended = listen.run(shell, { _: [], $0: '' });
  for (const seq of [5, 6, 7, 4]) arrives(seq);
  await until(() => printed.includes('text 4'));
  stop.abort();
  await ended;
  t.deepEqual(printed.match(/text \d/g), ['text 6', 'text 5', 'text 7', 'text 4']);
});
