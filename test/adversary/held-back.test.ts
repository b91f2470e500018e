/** A daemon that holds messages back for 29 days and then delivers them as new: every view shows when they were written. */
import { join } from 'node:path';
import test from 'ava';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { fromHex } from '../../src/protocol/base/bytes.ts';
import { joinLink } from '../../src/protocol/link/daemon-identity.ts';
import { writtenTime } from '../../src/tui/text/format.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { jsonLines, securechat, startSecurechat } from '../helpers/screen/cli.ts';
import { openCliScreen } from '../helpers/screen/cli-screen.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { hostileDaemon } from './hostile-daemon.ts';

const HELD_MS = 29 * 24 * 3_600_000;

test('messages that were held back show their own time on the screen, in listen and in history', async (t) => {
  t.timeout(180_000);
  let back = HELD_MS;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() - back };
  const daemon = await hostileDaemon(t, { clock });
  const server = joinLink('127.0.0.1', daemon.at.port, fromHex(daemon.at.fingerprint));
  const profile = join(await temporaryFolder(t), 'bob');
  const account = { server, password: 'correct horse', register: {} } as const;
  const alice = await connectChat(t, { ...account, user: 'alice' }, { clock });
  await (await connectChat(t, { ...account, user: 'bob', profile }, { clock })).client.close();
  const sent = await alice.client.send('@bob', 'meet me there, privately');
  await alice.client.send('#lobby', 'meet me there, all');
  await alice.client.close();

  back = 0;
  const given = new Map<number, number>();
  daemon.script.answers.fetch = async ({ honest }) => {
    const page = await honest();
    const now = (at: number): number => {
      const shown = given.get(at) ?? systemClock.now();
      given.set(at, shown);
      return shown;
    };
    return { ...page, entries: page.entries.map((entry) => ({ ...entry, at: now(entry.at) })) };
  };
  const bob = ['--profile', profile, '--server', server, '--user', 'bob'];
  const listening = startSecurechat(t, ['listen', '--json', ...bob]);
  await listening.untilWritten(/privately(.|\n)*, all|, all(.|\n)*privately/);
  const heard = jsonLines(await listening.stop());
  for (const target of ['alice', '#lobby'])
    heard.push(...jsonLines(await securechat(['history', target, '--json', ...bob])));
  const held = heard.filter(({ text }) => String(text).startsWith('meet me there'));
  t.is(held.length, 4);
  for (const { at, sentAt, text } of held) {
    const apart = Date.parse(String(at)) - Date.parse(String(sentAt));
    t.true(Math.abs(apart - HELD_MS) < 3_600_000, `${text}: given as of ${at}, written ${sentAt}`);
  }

  const written = `(written ${writtenTime(sent.sentAt, systemClock.now())})`;
  const screen = openCliScreen(t, bob, { cols: 160, rows: 40 });
  const shows = (text: string) => screen.until((shown) => shown.includes(text) && shown.includes(written), 30_000);
  await shows('meet me there, all');
  screen.write('.msg alice\r');
  await shows('meet me there, privately');
  t.pass();
});
