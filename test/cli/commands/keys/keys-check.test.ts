/** A rehearsal that cannot end well: nothing is left of it. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addressText } from '../../../../src/client/connection/dial.ts';
import { openDaemon } from '../../../helpers/daemon/in-process-daemon.ts';
import { jsonLines, securechat, startSecurechat } from '../../../helpers/screen/cli.ts';
import { startTcpServer } from '../../../helpers/tcp-server.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

test('without its server an export is whole, and after Ctrl+C nothing is left of the rehearsal', async (t) => {
  const { daemon, at } = await openDaemon(t);
  const dir = await temporaryFolder(t);
  const [word, path] = [join(dir, 'word'), join(dir, 'alice.scx')];
  await writeFile(word, 'correct horse', { mode: 0o600 });
  const env = { SECURECHAT_PROFILE: join(dir, 'p'), TMPDIR: join(dir, 'tmp') };
  await mkdir(env.TMPDIR);
  const passphrase = ['--passphrase-file', word];
  const password = ['--password-file', word];
  t.is((await securechat(['register', '--server', at.join, '--user', 'alice', ...password], { env })).code, 0);
  t.is((await securechat(['keys', 'export', path, ...password, ...passphrase], { env })).code, 0);
  await daemon.stop();
  const gone = await securechat(['keys', 'check', path, ...passphrase, '--json'], { env });
  t.is(gone.code, 4);
  t.like(jsonLines(gone)[0], { type: 'check', name: 'alice', whole: true, restores: null });
  t.regex(gone.stderr, /the export is whole: the keys of alice/);
  t.regex(gone.stderr, /nothing more was tried: cannot connect to/);

  let connected = () => {};
  const heard = new Promise<void>((done) => {
    connected = done;
  });
  const silent = addressText(await startTcpServer(t, () => connected()));
  const args = ['keys', 'check', path, ...passphrase, '--server', silent, '--timeout', '600'];
  const running = startSecurechat(t, args, { env, stdin: null });
  await heard;
  t.is((await readdir(env.TMPDIR)).filter((name) => name.startsWith('securechat-check-')).length, 1);
  t.is((await running.stop('SIGINT')).code, 130);
  t.deepEqual(await readdir(env.TMPDIR), []);
});
