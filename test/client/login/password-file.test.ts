import { chmod, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { readPasswordFile } from '../../../src/client/login/password-file.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const noInput = Readable.from([]);

async function file(t: ExecutionContext, content: string | Uint8Array, mode = 0o600): Promise<string> {
  const path = join(await temporaryFolder(t), 'pw');
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

test('one final newline is not part of the password', async (t) => {
  const cases = { hunter2: 'hunter2', 'hunter2\n': 'hunter2', 'hunter2\r\n': 'hunter2', ' a b ': ' a b ' };
  for (const [content, password] of Object.entries(cases))
    t.is(await readPasswordFile(await file(t, content), noInput, () => t.fail()), password);
});

test('- means standard input', async (t) => {
  t.is(await readPasswordFile('-', Readable.from([Buffer.from('hun'), Buffer.from('ter2\n')]), () => {}), 'hunter2');
});

test('a file that others can read causes a warning', async (t) => {
  const warnings: string[] = [];
  await readPasswordFile(await file(t, 'x', 0o640), noInput, (text) => warnings.push(text));
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /can be read by other users .*chmod 600/);
});

test('a file without a password is a usage error', async (t) => {
  for (const content of ['', '\n', 'a\nb\n', 'x'.repeat(1025), Uint8Array.of(0xff, 0xfe)])
    await t.throwsAsync(
      readPasswordFile(await file(t, content), noInput, () => {}),
      {
        instanceOf: ClientError,
        code: 'usage',
      },
    );
  await t.throwsAsync(
    readPasswordFile('/nonexistent/pw', noInput, () => {}),
    { code: 'usage', message: /does not exist/ },
  );
  await t.throwsAsync(
    readPasswordFile(tmpdir(), noInput, () => {}),
    { code: 'usage', message: /cannot be read/ },
  );
});

test('the errors of a passphrase file name a passphrase', async (t) => {
  const read = async (path: string) => readPasswordFile(path, noInput, () => {}, 'passphrase');
  await t.throwsAsync(read('/nonexistent/pw'), { message: 'the passphrase file /nonexistent/pw does not exist' });
  await t.throwsAsync(read(await file(t, '')), { message: /must hold the passphrase$/ });
});
