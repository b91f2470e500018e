import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { DemoBot } from '../../../src/cli/demo/demo-bot.ts';
import type { FileRef, TransferOptions } from '../../../src/client/types.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { FakeClient } from '../../helpers/screen/fake-client.ts';
import { file } from '../../helpers/screen/messages.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { until } from '../../helpers/until.ts';

/** Downloads are a file with the text "abc". */
class DownloadingClient extends FakeClient {
  override async download({ id }: FileRef, options: TransferOptions & { dir: string }): Promise<string> {
    const path = join(options.dir, id);
    await writeFile(path, 'abc');
    return path;
  }
}

async function startBot(t: ExecutionContext) {
  const client = new DownloadingClient({ name: 'robin' });
  const dir = await temporaryFolder(t);
  const bot = new DemoBot({ client, guest: 'you', dir, clock: systemClock, pause: 1 });
  t.teardown(() => bot.end());
  const texts = (): unknown[] =>
    client.calls.filter(([name]) => name === 'queue').map(([, to, text]) => `${to} ${text}`);
  return { client, dir, bot, texts };
}

test('the bot greets the guest in the lobby and in private', async (t) => {
  const { bot, texts } = await startBot(t);
  bot.greet();
  await until(() => texts().length === 3);
  t.deepEqual(
    texts().map((text) => String(text).split(' ')[0]),
    ['#lobby', '#lobby', '@you'],
  );
});

test('the bot replies only to the guest, in the same conversation', async (t) => {
  const { client, texts } = await startBot(t);
  client.receive({ from: 'carol', text: 'hello' });
  client.receive({ from: 'you', text: 'hello', conversation: '@you', to: 'robin' });
  await until(() => texts().length === 2);
  t.deepEqual(texts()[0], '@you hello! nice to have you here');
  t.deepEqual(client.calls[0], ['typing', '@you'], 'it shows as typing first');
  client.receive({ from: 'you', text: 'what now?' });
  await until(() => client.calls.some(([name]) => name === 'upload'));
  const upload = client.calls.find(([name]) => name === 'upload');
  t.is(upload?.[1], '#lobby');
  t.regex(String(upload?.[2]), /welcome\.txt$/);
});

test('the bot downloads a file and replies with its hash, but not a big file', async (t) => {
  const { client, texts } = await startBot(t);
  client.receive({ from: 'you', body: { kind: 'file', file: file({ size: 3, name: 'a.txt' }) } });
  await until(() => texts().length === 1);
  t.regex(String(texts()[0]), /a\.txt \(3 B\), it arrived complete\. its sha256 begins with ba7816bf8f01cfea/);
  client.receive({ from: 'you', body: { kind: 'file', file: file({ size: 20_000_000, name: 'big' }) } });
  await until(() => texts().length === 2);
  t.regex(String(texts()[1]), /too big for me/);
});

test('a failed reply does not stop the bot; after end() it is silent', async (t) => {
  const { client, bot, texts } = await startBot(t);
  client.failures.set('queue', new Error('no'));
  client.receive({ from: 'you', text: 'hello' });
  await until(() => texts().length === 2);
  await bot.end();
  // A second bot of the same pace: once it has replied, the first one would have replied too.
  const other = await startBot(t);
  for (const one of [client, other.client]) one.receive({ from: 'you', text: 'hello?' });
  await until(() => other.texts().length === 2);
  t.is(texts().length, 2);
});
