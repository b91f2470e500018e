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

class Robin extends FakeClient {
  override async download({ id }: FileRef, options: TransferOptions & { dir: string }): Promise<string> {
    const path = join(options.dir, id);
    await writeFile(path, 'abc');
    return path;
  }
}

async function meets(t: ExecutionContext) {
  const client = new Robin({ name: 'robin' });
  const dir = await temporaryFolder(t);
  const bot = new DemoBot({ client, guest: 'you', dir, clock: systemClock, pause: 1 });
  t.teardown(() => bot.end());
  const texts = (): unknown[] =>
    client.calls.filter(([name]) => name === 'queue').map(([, to, text]) => `${to} ${text}`);
  return { client, dir, bot, texts };
}

test('it greets everyone and the guest alone', async (t) => {
  const { bot, texts } = await meets(t);
  bot.greet();
  await until(() => texts().length === 3);
  t.deepEqual(
    texts().map((text) => String(text).split(' ')[0]),
    ['#lobby', '#lobby', '@you'],
  );
});

test('it answers the guest where the guest spoke, and nobody else', async (t) => {
  const { client, texts } = await meets(t);
  client.receive({ from: 'carol', text: 'hello' });
  client.receive({ from: 'you', text: 'hello', conversation: '@you', to: 'robin' });
  await until(() => texts().length === 2);
  t.deepEqual(texts()[0], '@you hello! nice to have you here');
  t.deepEqual(client.calls[0], ['typing', '@you'], 'and is seen to write before');
  client.receive({ from: 'you', text: 'what now?' });
  await until(() => client.calls.some(([name]) => name === 'upload'));
  const upload = client.calls.find(([name]) => name === 'upload');
  t.is(upload?.[1], '#lobby');
  t.regex(String(upload?.[2]), /welcome\.txt$/);
});

test('a file that it is sent is fetched and named by its hash', async (t) => {
  const { client, texts } = await meets(t);
  client.receive({ from: 'you', body: { kind: 'file', file: file({ size: 3, name: 'a.txt' }) } });
  await until(() => texts().length === 1);
  t.regex(String(texts()[0]), /a\.txt, 3 B: it came whole\. its sha256 begins ba7816bf8f01cfea/);
  client.receive({ from: 'you', body: { kind: 'file', file: file({ size: 20_000_000, name: 'big' }) } });
  await until(() => texts().length === 2);
  t.regex(String(texts()[1]), /I leave it there/);
});

test('a failure disturbs nobody, and after the end it is silent', async (t) => {
  const { client, bot, texts } = await meets(t);
  client.failures.set('queue', new Error('no'));
  client.receive({ from: 'you', text: 'hello' });
  await until(() => texts().length === 2);
  await bot.end();
  // Another one of the same pace, who is asked after it: when that one has answered, this one would have.
  const other = await meets(t);
  for (const one of [client, other.client]) one.receive({ from: 'you', text: 'hello?' });
  await until(() => other.texts().length === 2);
  t.is(texts().length, 2);
});
