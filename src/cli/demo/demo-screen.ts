/**
 * Folder `demo`: `securechat demo`, with a temporary server and a bot; it starts the daemon as a program and does not
 * know its code.
 *
 * This is the demo at a terminal: the real screen, connected to the temporary server.
 */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { Profile } from '../../client/profile/profile.ts';
import { systemClock } from '../../platform/clock.ts';
import { systemRandom } from '../../platform/random.ts';
import { isRemote } from '../../platform/terminal/terminal-support.ts';
import { openLoginBackend } from '../../tui/login/login-backend.ts';
import { defaultSettings } from '../../tui/state/state.ts';
import { setChalkLevel, themeFor } from '../../tui/state/theme.ts';
import type { Shell } from '../console/shell.ts';
import { DemoBot } from './demo-bot.ts';
import { nextSteps, withTemporaryServer } from './temporary-server.ts';

const YOU = 'you';
const BOT = 'robin';

export async function runDemoScreen(shell: Shell): Promise<void> {
  const { output } = shell;
  const terminalTheme = themeFor(process.env);
  setChalkLevel(terminalTheme, process.env);
  output.line(
    'A temporary server and a bot to talk to, on this machine only. When you leave, everything is deleted.\n',
  );
  await withTemporaryServer(shell, async (server) => {
    const [you, robin] = await server.step(`creating accounts for ${YOU} and ${BOT} (two RSA-3072 keys each)`, () =>
      Promise.all([server.account(YOU), server.account(BOT)]),
    );
    const downloads = join(server.dir, 'downloads');
    const botFiles = join(server.dir, 'bot-files');
    await Promise.all([fs.mkdir(downloads), fs.mkdir(botFiles)]);
    const [{ runStage }, profile] = await Promise.all([
      import('../../tui/stage.tsx'),
      Profile.open(server.profile(YOU), fs, systemRandom),
    ]);
    const bot = new DemoBot({ client: robin, guest: YOU, dir: botFiles, clock: systemClock });
    const stage = runStage({
      stdin: process.stdin,
      stdout: process.stdout,
      clock: systemClock,
      backend: openLoginBackend(profile),
      drafts: null,
      settings: defaultSettings,
      terminalTheme,
      survey: null,
      isFar: isRemote(process.env),
      downloads,
      defaultServer: server.daemon.join,
      profile: server.profile(YOU),
      server: server.daemon.join,
      user: YOU,
      client: async () => you,
      notice: null,
      log: null,
    });
    bot.greet();
    try {
      await shell.untilInterrupted(stage);
    } finally {
      // Print only after the screen has restored the terminal.
      await stage;
      output.info('stopping the server …');
      await bot.end();
      await profile.close();
    }
  });
  output.line('To use SecureChat for real:\n');
  for (const line of nextSteps(process.argv[1] ?? 'securechat')) output.line(line);
}
