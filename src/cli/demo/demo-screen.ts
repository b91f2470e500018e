/** `securechat demo` at a terminal: the real screen, a throw-away daemon, and a companion to talk to. */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { Profile } from '../../client/profile/profile.ts';
import { systemClock } from '../../platform/clock.ts';
import { systemRandom } from '../../platform/random.ts';
import { isRemote } from '../../platform/terminal/terminal-support.ts';
import { openLoginBackend } from '../../tui/login/login-backend.ts';
import { defaultSettings } from '../../tui/state/state.ts';
import { tellChalk, themeFor } from '../../tui/state/theme.ts';
import type { Shell } from '../console/shell.ts';
import { DemoBot } from './demo-bot.ts';
import { nextSteps, withTemporaryServer } from './temporary-server.ts';

const YOU = 'you';
const COMPANION = 'robin';

export async function runDemoScreen(shell: Shell): Promise<void> {
  const { output } = shell;
  const suited = themeFor(process.env);
  tellChalk(suited, process.env);
  output.line('A daemon of its own and somebody to talk to, on this machine only. Leaving deletes everything.\n');
  await withTemporaryServer(shell, async (place) => {
    const [you, robin] = await place.step(`making accounts for ${YOU} and ${COMPANION}: two RSA-3072 keys each`, () =>
      Promise.all([place.account(YOU), place.account(COMPANION)]),
    );
    const downloads = join(place.dir, 'downloads');
    const nest = join(place.dir, 'nest');
    await Promise.all([fs.mkdir(downloads), fs.mkdir(nest)]);
    const [{ runStage }, profile] = await Promise.all([
      import('../../tui/stage.tsx'),
      Profile.open(place.profile(YOU), fs, systemRandom),
    ]);
    const bot = new DemoBot({ client: robin, guest: YOU, dir: nest, clock: systemClock });
    const stage = runStage({
      stdin: process.stdin,
      stdout: process.stdout,
      clock: systemClock,
      door: openLoginBackend(profile),
      drafts: null,
      settings: defaultSettings,
      suited,
      survey: null,
      isFar: isRemote(process.env),
      downloads,
      defaultServer: place.daemon.join,
      profile: place.profile(YOU),
      server: place.daemon.join,
      user: YOU,
      client: async () => you,
      notice: null,
      log: null,
      recording: null,
    });
    bot.greet();
    try {
      await shell.untilInterrupted(stage);
    } finally {
      // The screen gives the terminal back before anything is printed.
      await stage;
      output.info('stopping the daemon …');
      await bot.end();
      await profile.close();
    }
  });
  output.line('To do it for real:\n');
  for (const line of nextSteps(process.argv[1] ?? 'securechat')) output.line(line);
}
