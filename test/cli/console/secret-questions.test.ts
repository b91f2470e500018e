import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { Output } from '../../../src/cli/console/output.ts';
import { newSecret, passphraseQuestion } from '../../../src/cli/console/secret-questions.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function passwordFile(t: ExecutionContext, content: string): Promise<string> {
  const path = join(await temporaryFolder(t), 'secret');
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

/** A terminal on which these lines are typed ahead. */
function terminalWith(...lines: string[]) {
  const shown: string[] = [];
  const keys = Object.assign(new PassThrough(), { setRawMode: () => {} });
  for (const line of lines) keys.write(`${line}\r`);
  return { terminal: () => ({ keys, write: (text: string) => void shown.push(text) }), shown };
}

function outputTo(said: string[]): Output {
  const sink = { write: (text: string) => void said.push(text) };
  return new Output({ json: false, quiet: false, stdout: sink, stderr: sink });
}

const source = (more: Partial<Parameters<typeof newSecret>[3]>, said: string[] = []) => ({
  file: undefined,
  output: outputTo(said),
  terminal: () => null,
  ...more,
});
const make = (more: Partial<Parameters<typeof newSecret>[3]>) =>
  newSecret('passphrase', 'new passphrase:', '--passphrase-file', source(more));
const usage = (message: RegExp | string) => ({ instanceOf: ClientError, code: 'usage', message }) as const;

test('the passphrase of a profile is asked again after a wrong one', async (t) => {
  const said: string[] = [];
  const { terminal, shown } = terminalWith('one', 'two');
  const ask = passphraseQuestion(source({ terminal }, said));
  t.is(await ask(false), 'one');
  t.deepEqual(said, []);
  t.is(await ask(true), 'two');
  t.deepEqual(said, ['securechat: the passphrase of the profile is wrong\n']);
  t.regex(shown.join(''), /^passphrase of the profile: \*{3}\n/);
});

test('a file answers once, and without a terminal nobody does', async (t) => {
  const ask = passphraseQuestion(source({ file: await passwordFile(t, 'correct horse\n') }));
  t.is(await ask(false), 'correct horse');
  t.is(await ask(true), null);
  t.is(await passphraseQuestion(source({}))(false), null);
});

test('a new passphrase comes from a file, or is typed twice', async (t) => {
  t.is(await make({ file: await passwordFile(t, 'correct horse\n') }), 'correct horse');
  t.is(await make({ terminal: terminalWith('correct horse', 'correct\u00a0horse').terminal }), 'correct horse');
  await t.throwsAsync(
    make({ terminal: terminalWith('correct horse', 'correct house').terminal }),
    usage('the two passphrases differ'),
  );
});

test('a new passphrase that is too short or that nobody can type is refused', async (t) => {
  await t.throwsAsync(make({ file: await passwordFile(t, 'short') }), usage(/8 characters or more/));
  await t.throwsAsync(make({ terminal: terminalWith('short').terminal }), usage(/8 characters or more/));
  await t.throwsAsync(make({}), usage('a passphrase is needed: give --passphrase-file, or run this in a terminal'));
});
