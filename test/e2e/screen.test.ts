/** Two people at two real terminals, with the real daemon between them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type DaemonProcess, startDaemon } from '../helpers/daemon/daemon.ts';
import { openCliScreen } from '../helpers/screen/cli-screen.ts';
import { answerYes, isRunning, type Screen } from '../helpers/screen/screen.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

type Seat = { screen: Screen; profile: string; downloads: string };

async function openSeat(
  t: ExecutionContext,
  args: string[],
  seat: { profile?: string; downloads?: string; cols?: number } = {},
): Promise<Seat> {
  const profile = seat.profile ?? (await temporaryFolder(t));
  const downloads = seat.downloads ?? (await temporaryFolder(t));
  const screen = openCliScreen(t, ['--profile', profile, '--downloads', downloads, ...args], {
    cols: seat.cols ?? 110,
    rows: 30,
    env: { COLORTERM: 'truecolor' },
  });
  return { screen, profile, downloads };
}

const PATIENCE = 30_000;

/** Fills in the form as a new account, up to the chat. */
async function register({ screen }: Seat, name: string): Promise<void> {
  await screen.until((text) => text.includes('Password'), PATIENCE);
  screen.write(`${name}\r`);
  screen.write('correct horse battery\rcorrect horse battery\r');
  await screen.until((text) => text.includes('#lobby ›') && text.includes('● online'), PATIENCE);
}

async function twoSeats(t: ExecutionContext): Promise<{ daemon: DaemonProcess; alice: Seat; bob: Seat }> {
  const daemon = await startDaemon(t);
  const alice = await openSeat(t, ['--server', `127.0.0.1:${daemon.port}`]);
  // With an address only, the person compares the key with the one the daemon printed.
  const plain = (text: string) => text.replaceAll(/[ │\n]/g, '');
  await alice.screen.until(
    (text) => text.includes('Is this your server?') && plain(text).includes(daemon.fingerprint.slice(0, 32)),
    PATIENCE,
  );
  await answerYes(alice.screen, 'Is this your server?');
  await register(alice, 'alice');
  const bob = await openSeat(t, [daemon.join]);
  await register(bob, 'bob');
  await alice.screen.until((text) => text.includes('● bob'), PATIENCE);
  return { daemon, alice, bob };
}

test.serial(
  'two people register, write in the lobby and in private, send a file, lose the daemon and find it again',
  async (t) => {
    t.timeout(180_000);
    const { daemon, alice, bob } = await twoSeats(t);

    alice.screen.write('good morning all\r');
    await bob.screen.until((text) => text.includes('alice  good morning all'), PATIENCE);
    bob.screen.write('@alice psst, 漢字\r');
    await alice.screen.until((text) => /● bob +1/.test(text), PATIENCE);
    alice.screen.write('\x1ba');
    await alice.screen.until(
      (text) => text.includes('@bob ›') && text.includes('psst, 漢字') && / new /.test(text),
      PATIENCE,
    );
    bob.screen.write('\x1b2');
    await bob.screen.until((text) => text.includes('@alice ›'), PATIENCE);
    alice.screen.write('I hear');
    await bob.screen.until((text) => text.includes('alice is writing…'), PATIENCE);
    alice.screen.write(' you\r');
    await alice.screen.until((text) => /I hear you +✓✓/.test(text), PATIENCE);
    await bob.screen.until((text) => text.includes('alice  I hear you') && !text.includes('writing…'), PATIENCE);
    bob.screen.write('.away\r');
    await bob.screen.until((text) => text.includes('you are away'), PATIENCE);
    await alice.screen.until((text) => /@bob {2}away/.test(text) && text.includes('◐ bob'), PATIENCE);
    bob.screen.write('back\r');
    await alice.screen.until((text) => text.includes('bob  back') && text.includes('● bob'), PATIENCE);
    bob.screen.write('\x1b1');

    const bytes = Buffer.alloc(700_000, 'securechat ');
    const path = join(alice.downloads, 'note book.txt');
    writeFileSync(path, bytes);
    alice.screen.write(`.file ${path}\r`);
    await alice.screen.until((text) => text.includes('▤ note book.txt'), PATIENCE);
    await bob.screen.until((text) => /● alice +\d/.test(text), PATIENCE);
    bob.screen.write('\x1ba');
    await bob.screen.until((text) => text.includes('▤ note book.txt'), PATIENCE);
    bob.screen.write('.download note book.txt\r');
    await bob.screen.until((text) => text.includes('saved and checked'), PATIENCE);
    t.deepEqual(readFileSync(join(bob.downloads, 'note book.txt')), bytes);

    await daemon.stop();
    await bob.screen.until((text) => text.includes('offline, next try in'), PATIENCE);
    bob.screen.write('written while away\r');
    await bob.screen.until((text) => /written while away +…/.test(text), PATIENCE);
    await startDaemon(t, ['--port', String(daemon.port)], { dir: daemon.dir });
    await bob.screen.until((text) => /written while away +✓/.test(text), 60_000);
    await alice.screen.until((text) => text.includes('written while away'), 60_000);

    // The window was closed. The next start logs in by the key of the profile, with the unsent draft.
    bob.screen.write('a draft');
    await bob.screen.until((text) => text.includes('@alice › a draft'));
    bob.screen.hangUp();
    await until(() => !isRunning(bob.screen.pid));
    const again = await openSeat(t, [], { profile: bob.profile, downloads: bob.downloads });
    await again.screen.until((text) => text.includes('#lobby ›') && text.includes('● online'), PATIENCE);
    again.screen.write('\x1b2');
    await again.screen.until(
      (text) => text.includes('@alice › a draft') && text.includes('written while away'),
      PATIENCE,
    );
    again.screen.write('\x03.exit\r');
    t.is((await again.screen.exited).exitCode, 0);

    // Typed while the program loads and logs in.
    const early = await openSeat(t, [], { profile: bob.profile, downloads: bob.downloads });
    const line = 'typed before there was a line\rand more of it\r';
    for (const letter of line) {
      early.screen.write(letter);
      await new Promise((done) => setTimeout(done, 10));
    }
    const drawn = await early.screen.until(
      (text) => text.includes('● online') && text.includes('and more of it'),
      PATIENCE,
    );
    t.regex(drawn, /#lobby › typed before there was a line *\n +and more of it/);
    early.screen.write('\x03.exit\r');
    t.is((await early.screen.exited).exitCode, 0);
    t.false(existsSync(join(bob.profile, 'screen.log')));
  },
);
