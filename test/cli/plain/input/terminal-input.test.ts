/** Line mode at a real terminal: a typed line stays whole, whatever arrives. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { PASSWORD, testAccounts } from '../../../helpers/daemon/test-accounts.ts';
import { cliCommand, type RunningProgram, startSecurechat } from '../../../helpers/screen/cli.ts';
import { openCliScreen } from '../../../helpers/screen/cli-screen.ts';
import { openScreen, type Screen } from '../../../helpers/screen/screen.ts';

const PATIENCE = 40_000;

async function openLineMode(
  t: ExecutionContext,
  args: string[] = ['plain'],
  env: Record<string, string> = {},
): Promise<{ screen: Screen; bob(): Promise<RunningProgram> }> {
  const { daemon, dir } = await testAccounts(t);
  const common = (user: string): string[] => ['--server', daemon.join, '--profile', join(dir, user)];
  const screen = openCliScreen(t, [...args, ...common('alice')], { cols: 50, rows: 20, env });
  await screen.until((text) => text.includes('.exit leaves') && text.includes('#lobby> '), PATIENCE);
  const bob = async (): Promise<RunningProgram> => {
    const program = startSecurechat(t, ['plain', ...common('bob')], { stdin: null });
    await program.untilWritten('online: alice');
    return program;
  };
  return { screen, bob };
}

test.serial('arriving messages do not break the line being typed, and Tab completes it', async (t) => {
  t.timeout(120_000);
  const { screen, bob: start } = await openLineMode(t);
  const half = 'a line that is longer than the terminal is wide, and';
  for (const letter of half) screen.write(letter);
  const bob = await start();
  bob.writeLines('one', 'two', 'three');
  const shown = await screen.until(
    (text) => text.includes('bob: three') && text.trimEnd().endsWith(half.slice(42)),
    PATIENCE,
  );
  t.regex(shown, /bob came\nbob: one\nbob: two\nbob: three\n#lobby> a line/);
  screen.write(' more\r');
  await bob.untilWritten(`alice: ${half} more`);
  screen.write('@bo');
  screen.write('\t');
  await screen.until((text) => text.trimEnd().endsWith('#lobby> @bob'), PATIENCE);
  screen.write('psst\r');
  await bob.untilWritten('alice to you: psst');
  // Ctrl+C clears the line; on an empty one the second Ctrl+C quits.
  screen.write('not sent\x03');
  screen.write('\x03');
  await screen.until((text) => text.includes('Ctrl+C again leaves'), PATIENCE);
  screen.write('\x03');
  t.is((await screen.exited).exitCode, 0);
  t.notRegex(bob.written.stdout, /not sent/);
});

test.serial('a screen reader gets line mode; Ctrl+D and signals end it', async (t) => {
  t.timeout(120_000);
  const reader = await openLineMode(t, [], { INK_SCREEN_READER: 'true' });
  reader.screen.write('\x04');
  t.is((await reader.screen.exited).exitCode, 0);
  const signalled = await openLineMode(t, ['--plain']);
  process.kill(signalled.screen.pid, 'SIGTERM');
  t.is((await signalled.screen.exited).exitCode, 143);
});

test.serial('an unknown person is asked line by line and logged in', async (t) => {
  t.timeout(120_000);
  const { daemon, dir } = await testAccounts(t, ['alice']);
  const args = ['plain', daemon.join, '--profile', join(dir, 'new')];
  const screen = openCliScreen(t, args, { cols: 120, rows: 30, env: { INK_SCREEN_READER: 'true' } });
  for (const [question, answer] of [
    ['want to have?', 'alice'],
    ['no if you have it:', 'no'],
    ['it is not shown:', PASSWORD],
  ] as const) {
    await screen.until((text) => text.trimEnd().endsWith(question), PATIENCE);
    screen.write(`${answer}\r`);
  }
  await screen.until((text) => text.includes('you are alice at') && text.includes('#lobby> '), PATIENCE);
  screen.write('.exit\r');
  t.is((await screen.exited).exitCode, 0);
});

test.serial('a dumb terminal sends only what is on the line', async (t) => {
  t.timeout(120_000);
  const { screen, bob: start } = await openLineMode(t, ['plain'], { TERM: 'dumb' });
  const bob = await start();
  const said = () => [...bob.written.stdout.matchAll(/^alice: (.*)$/gm)].map(([, text]) => text);
  await screen.until((text) => text.includes('bob came'), PATIENCE);
  screen.write('my bank pin is 1234\x15hello all\r');
  screen.write('tpyo\x7f\x7f\x7fypo\r');
  await bob.untilWritten('alice: typo');
  screen.write('half a');
  await screen.until((text) => text.trimEnd().endsWith('#lobby> half a'), PATIENCE);
  bob.writeLines('hello');
  await screen.until((text) => text.includes('bob: hello'), PATIENCE);
  screen.write(' line\r');
  await bob.untilWritten('alice: half a line');
  screen.write('not this\x03');
  await screen.until((text) => text.includes('Ctrl+C again leaves'), PATIENCE);
  screen.write('fine\r');
  await bob.untilWritten('alice: fine');
  t.deepEqual(said(), ['hello all', 'typo', 'half a line', 'fine']);
  screen.write('.passwd\r');
  await screen.until((text) => text.trimEnd().endsWith('password now:'), PATIENCE);
  screen.write('secret\x03');
  const asked = await screen.until((text) => /cancelled\n#lobby>/.test(text), PATIENCE);
  t.false(asked.includes('secret'));
  screen.write('.exit\r');
  t.is((await screen.exited).exitCode, 0);
});

test.serial('on a dumb terminal two Ctrl+C quit', async (t) => {
  t.timeout(120_000);
  const { screen } = await openLineMode(t, ['plain'], { TERM: 'dumb' });
  screen.write('\x03');
  await screen.until((text) => text.includes('Ctrl+C again leaves'), PATIENCE);
  screen.write('\x03');
  t.is((await screen.exited).exitCode, 0);
});

test.serial('passwords are asked for without echo, and line mode goes on afterwards', async (t) => {
  t.timeout(120_000);
  const { screen } = await openLineMode(t);
  screen.write('.passwd\r');
  await screen.until((text) => text.trimEnd().endsWith('password now:'), PATIENCE);
  screen.write('\x03');
  await screen.until((text) => /cancelled\n#lobby>/.test(text), PATIENCE);
  screen.write('.passwd\r');
  for (const [question, answer] of [
    ['password now:', PASSWORD],
    ['new password:', 'horse battery'],
    ['once more:', 'horse battery'],
  ] as const) {
    await screen.until((text) => text.trimEnd().endsWith(question), PATIENCE);
    screen.write(`${answer}\r`);
  }
  const shown = await screen.until((text) => text.includes('the password is changed'), PATIENCE);
  t.false(shown.includes('horse'));
  screen.write('.passwd\r');
  await screen.until((text) => text.trimEnd().endsWith('password now:'), PATIENCE);
  // The answer is typed ahead, and once more than needed.
  screen.write(`${PASSWORD}\rshort\rshort\rshort\rshort\r`);
  const kept = await screen.until((text) => /\.passwd begins again\n#lobby>/.test(text), PATIENCE);
  t.false(kept.includes('short'));
  screen.write('.search short\r');
  await screen.until((text) => text.includes('nothing like this'), PATIENCE);
  screen.write('.whoami\r');
  await screen.until((text) => text.includes('join link for people you invite: securechat://'), PATIENCE);
  screen.write('.exit\r');
  t.is((await screen.exited).exitCode, 0);
});

test.serial('a question caused by a line typed ahead works like any other', async (t) => {
  t.timeout(120_000);
  for (const env of [{}, { TERM: 'dumb' }]) {
    const { screen } = await openLineMode(t, ['plain'], env);
    // Both lines are there before the prompt after the first one is drawn.
    screen.write('.whoami\r.passwd\r');
    await screen.until((text) => text.trimEnd().endsWith('password now:'), PATIENCE);
    screen.write(`${PASSWORD}\r`);
    await screen.until((text) => text.trimEnd().endsWith('new password:'), PATIENCE);
    screen.write('short\r');
    const shown = await screen.until((text) => /use 8 characters.*\nnew password:$/s.test(text.trimEnd()), PATIENCE);
    t.notRegex(shown, /closed/);
    screen.write('\x03');
    await screen.until((text) => /cancelled\n#lobby>$/.test(text.trimEnd()), PATIENCE);
    // The answer is typed ahead, too: it never becomes a line.
    screen.write(`.passwd\r${PASSWORD}\rhorse`);
    await screen.until((text) => /new password: \*{5}$/.test(text), PATIENCE);
    screen.write('\x03');
    await screen.until((text) => /cancelled\n#lobby>$/.test(text.trimEnd()), PATIENCE);
    screen.write('.search horse\r');
    await screen.until((text) => text.includes('nothing like this'), PATIENCE);
  }
});

test.serial('Ctrl+Z gives the terminal to the shell, and after fg the line goes on', async (t) => {
  t.timeout(120_000);
  const { daemon, dir } = await testAccounts(t);
  const command = cliCommand(['plain', '--server', daemon.join, '--profile', join(dir, 'alice')]);
  const screen = openScreen('bash', ['--norc', '-i'], { cols: 200, rows: 20, env: { PS1: 'shell> ' } });
  t.teardown(() => screen.kill('SIGKILL'));
  screen.write(`${command.map((word) => `'${word}'`).join(' ')}\r`);
  await screen.until((text) => text.trimEnd().endsWith('#lobby>'), PATIENCE);
  for (const piece of ['half', ' more']) {
    screen.write(piece);
    await screen.until((text) => text.trimEnd().endsWith(piece));
    screen.write('\x1a');
    await screen.until((text) => text.includes('Stopped') && text.trimEnd().endsWith('shell>'));
    screen.write('fg\r');
    await screen.until((text) => text.trimEnd().endsWith(`#lobby> ${piece === 'half' ? 'half' : 'half more'}`));
  }
  screen.write('\x15.exit\r');
  await screen.until((text) => text.trimEnd().endsWith('shell>'));
  t.pass();
});

test.serial('Ctrl+Z without a parent shell changes nothing', async (t) => {
  t.timeout(120_000);
  const { screen } = await openLineMode(t);
  screen.write('\x1a');
  screen.write('.who');
  await screen.until((text) => text.trimEnd().endsWith('.who'));
  screen.write('a\t');
  await screen.until((text) => text.trimEnd().endsWith('#lobby> .whoami'));
  t.pass();
});
