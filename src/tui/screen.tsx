/** `securechat`: the screen on the real terminal, profile and network. Colours are decided before anything draws is loaded. */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../protocol/seams.ts';
import { DEFAULT_SERVER } from './client/connect.ts';
import { downloadsFolder, profileFolder } from './client/paths.ts';
import { openDoor, openProfile } from './door.ts';
import { Drafts } from './drafts.ts';
import { defaultSettings } from './state.ts';
import { strings } from './strings.ts';
import { themeFor } from './theme.ts';

export type ScreenOptions = {
  server?: string;
  user?: string;
  profile?: string;
  downloads?: string;
  /** From --password-file: goes in without the form. */
  password?: string;
};

/** @returns the exit status */
export async function openScreen(options: ScreenOptions): Promise<number> {
  const found = themeFor(process.env);
  if (found === 'none') process.env.FORCE_COLOR = '0';
  const [{ runStage }, profile] = await Promise.all([import('./stage.tsx'), openProfile(profileFolder(options.profile))]);
  const drafts = new Drafts(profile, fs, systemClock);
  const { settings, readable } = await drafts.load();
  const theme = found === 'none' ? found : (settings?.theme ?? found);
  try {
    return await runStage({
      stdin: process.stdin,
      stdout: process.stdout,
      clock: systemClock,
      door: openDoor(profile),
      drafts,
      settings: { ...defaultSettings, ...settings, theme },
      downloads: await downloadsFolder(options.downloads, fs),
      defaultServer: DEFAULT_SERVER,
      profile: options.profile,
      server: options.server,
      user: options.user,
      client: null,
      notice: readable ? null : strings.notices.draftsLost,
      log: join(profile.dir, 'screen.log'),
      record: null,
    });
  } finally {
    await profile.close();
  }
}
