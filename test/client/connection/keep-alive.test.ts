/** Programs that use the library: what they wait for settles, whatever happens to the daemon. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { fromHex } from '../../../src/protocol/base/bytes.ts';
import { joinLink } from '../../../src/protocol/link/daemon-identity.ts';
import { connectChat } from '../../helpers/client/chat.ts';
import { signInAs } from '../../helpers/client/sign-in.ts';
import { startDaemon } from '../../helpers/daemon/daemon.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const library = new URL('../../../src/client/index.ts', import.meta.url).href;
const readme = new URL('../../../README.md', import.meta.url);

/** The program of the README as `user`, with a message that is sent while there is no link. */
async function bot(user: string, server: string, profile: string): Promise<string> {
  const [, program = ''] = /```js\n(.*?)```/s.exec(await readFile(readme, 'utf8')) ?? [];
  const whole = program
    .replace("from 'securechat'", `from '${library}'`)
    .replace("user: 'bot'", `user: '${user}', profile: ${JSON.stringify(profile)}`)
    .replace('127.0.0.1:65345', server)
    .replace(
      'for await',
      `let sent;
       client.subscribe((event) => {
         if (event.type === 'link' && event.link.state === 'waiting') sent ??= client.send('#lobby', 'while there was no link');
       });
       for await`,
    )
    .replace(
      /\n}\n$/,
      "\n  if (body.text === 'the end') break;\n}\nawait sent;\nconsole.log('sent');\nawait client.close();\n",
    );
  return whole;
}

test.serial(
  'the bot of the README goes on after the daemon was killed, and exits after it closed its client',
  async (t) => {
    const daemon = await startDaemon(t);
    const server = `127.0.0.1:${daemon.port}`;
    const profile = join(await temporaryFolder(t), 'bot');
    const made = { user: 'bob', server: daemon.join, profile, password: 'secret', register: {} } as const;
    await (await signInAs(t, made)).close();
    const alice = await connectChat(t, { user: 'alice', server: daemon.join, password: 'secret', register: {} });

    const program = ['--input-type=module', '-e', await bot('bob', server, profile)];
    const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
    t.teardown(() => child.kill('SIGKILL'));
    const exited = once(child, 'exit');
    const said: string[] = [];
    createInterface(child.stdout).on('line', (line) => said.push(line));
    await alice.message('hello');

    await daemon.stop('SIGKILL');
    await startDaemon(t, ['--port', String(daemon.port)], { dir: daemon.dir });
    alice.client.reconnect();
    await alice.message('while there was no link');
    await alice.client.send('#lobby', 'the end');
    t.deepEqual(await exited, [0, null]);
    t.deepEqual(said, ['alice "the end"', 'sent']);
  },
);

test.serial('a waiting message fails when its device is logged out', async (t) => {
  const { at } = await openDaemon(t);
  const server = joinLink('127.0.0.1', at.port, fromHex(at.fingerprint));
  const profile = join(await temporaryFolder(t), 'p');
  const made = { user: 'alice', server, profile, password: 'secret' } as const;
  const alice = await connectChat(t, { ...made, register: {} });
  const other = await connectChat(t, { ...made, profile: join(await temporaryFolder(t), 'q') });
  await other.client.devices();
  const gone = alice.event((event) => event.type === 'link' && event.link.state !== 'online');
  await other.client.endDevice(null);
  await gone;
  const sending = alice.client.send('#lobby', 'never');
  await t.throwsAsync(sending, { code: 'login-refused' });
});
