/**
 * `securechat`: opens the screen on the real terminal, profile and network. Colours are decided before anything that draws is
 * loaded.
 */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from '../client/errors.ts';
import { readPasswordFile } from '../client/login/password-file.ts';
import { DEFAULT_SERVER } from '../client/profile/global-options.ts';
import type { AskPassphrase } from '../client/profile/key-file.ts';
import { lastAccount } from '../client/profile/last-account.ts';
import { downloadsFolder, profileFolder } from '../client/profile/paths.ts';
import { Profile } from '../client/profile/profile.ts';
import { SealedRows } from '../client/profile/sealed-rows.ts';
import { systemClock } from '../platform/clock.ts';
import { systemRandom } from '../platform/random.ts';
import { isRemote } from '../platform/terminal/terminal-support.ts';
import { Drafts } from './compose/drafts.ts';
import type { LoginBackend } from './login/login-controller.ts';
import { defaultSettings } from './state/state.ts';
import { isMultiplexed, isRich, setChalkLevel, type TerminalTheme, themeFor } from './state/theme.ts';
import { onSignals } from './terminal/signals.ts';
import { Survey } from './terminal/terminal-survey.ts';
import { strings } from './text/strings.ts';

export type ScreenOptions = {
  server?: string;
  user?: string;
  profile?: string;
  deviceName?: string;
  downloads?: string;
  passwordFile?: string;
  profilePassphraseFile?: string;
};

/**
 * Resolves to the exit status.
 * @param passphrase asked on the plain terminal, before the screen opens, if the profile is locked
 * @throws ClientError 'usage' for a bad password file, and as Profile.open
 */
export async function openScreen(options: ScreenOptions, passphrase: AskPassphrase): Promise<number> {
  const terminalTheme = themeFor(process.env);
  setChalkLevel(terminalTheme, process.env);
  if (options.profilePassphraseFile === '-') throw readsKeyboard('--profile-passphrase-file');
  const password = await passwordOf(options.passwordFile);
  // Loading the screen blocks this thread, so the thread that opens the profile is started first.
  const hasKey = Promise.withResolvers<void>();
  const profile = Profile.open(profileFolder(options.profile), fs, systemRandom, {
    passphrase,
    meanwhile: hasKey.resolve,
  });
  await Promise.race([hasKey.promise, profile]);
  process.stdin.setRawMode(true);
  const survey = new Survey({
    output: process.stdout,
    clock: systemClock,
    background: isRich(terminalTheme),
    multiplexed: isMultiplexed(process.env),
  });
  const leave = (status: number): void => {
    if (survey.isTaken) return;
    survey.restore();
    process.exit(status);
  };
  const ends = onSignals({ leave, suspend() {}, redraw() {} });
  try {
    return await showScreen(options, { terminalTheme, password, survey, profile });
  } finally {
    survey.restore();
    for (const end of ends) end();
  }
}

type Started = { terminalTheme: TerminalTheme; password: string | null; survey: Survey; profile: Promise<Profile> };

async function showScreen(options: ScreenOptions, started: Started): Promise<number> {
  const { terminalTheme, password, survey } = started;
  const [profile, { runStage }] = await Promise.all([started.profile, import('./stage.tsx')]);
  const drafts = new Drafts(new SealedRows(profile), systemClock);
  const { settings, readable } = await drafts.load();
  const last = await lastAccount(profile.db, options.user);
  const downloads = await downloadsFolder(options.downloads, profile.dir, fs);
  const backend = lazyBackend(profile, options.deviceName);
  const server = options.server ?? last?.server;
  const user = options.user ?? (options.server === undefined ? last?.user : undefined);
  const account = {
    ...(server !== undefined && { server }),
    ...(options.profile !== undefined && { profile: options.profile }),
  };
  try {
    return await runStage({
      stdin: process.stdin,
      stdout: process.stdout,
      clock: systemClock,
      backend,
      drafts,
      settings: { ...defaultSettings, ...settings },
      terminalTheme,
      survey,
      isFar: isRemote(process.env),
      downloads: downloads.dir,
      defaultServer: DEFAULT_SERVER,
      profile: options.profile,
      server,
      user,
      // A known account logs in by the key of this profile; the form asks for the rest.
      client:
        server === undefined || user === undefined
          ? null
          : (ask) => backend.connect({ ...account, user, ask, ...(password !== null && { password }) }),
      notice: readable ? downloads.why : strings.notices.draftsLost,
      log: join(profile.dir, 'screen.log'),
    });
  } finally {
    await profile.close();
  }
}

async function passwordOf(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  if (file === '-') throw readsKeyboard('--password-file');
  return readPasswordFile(file, process.stdin, (text) => process.stderr.write(`${text}\n`));
}

function readsKeyboard(option: string): ClientError {
  return new ClientError('usage', `the screen reads the keyboard; give ${option} a file`);
}

/** Loads network and key code after the first frame. */
function lazyBackend(profile: Profile, deviceName: string | undefined): LoginBackend {
  const backend = async (): Promise<LoginBackend> =>
    (await import('./login/login-backend.ts')).openLoginBackend(profile, deviceName);
  return {
    greet: async (server) => (await backend()).greet(server),
    connect: async (options) => (await backend()).connect(options),
    startServer: async () => (await backend()).startServer(),
  };
}
