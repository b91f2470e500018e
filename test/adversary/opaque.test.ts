/** OPAQUE messages with extra bytes: refused by the daemon and by a client. */
import test from 'ava';
import { inlineOpaque } from '../../src/protocol/crypto/opaque.ts';
import { register, testDaemonId } from '../helpers/client/client.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { fastOpaque } from '../helpers/protocol/fast-opaque.ts';
import { throwsRefusal } from '../helpers/throws-refusal.ts';
import { hostileClient } from './hostile-client.ts';
import { hostileDaemon } from './hostile-daemon.ts';

const longer = (text: string) => Buffer.concat([Buffer.from(text, 'base64url'), Buffer.alloc(3)]).toString('base64url');

test('a valid message with 3 more bytes is refused on both sides', async (t) => {
  const { at, script } = await hostileDaemon(t);
  const mallory = await hostileClient(t, at);
  await register(mallory, 'mallory', 'pw');
  const begun = await inlineOpaque.clientLogin('pw');
  const start = { method: 'opaque1', name: 'mallory', message: begun.message } as const;
  const { message } = await mallory.request('login-start', start);
  const done = await fastOpaque.clientLoginFinish('pw', begun.state, message, testDaemonId);
  await throwsRefusal(t, mallory.request('login-finish', { message: longer(done?.message ?? '') }), 'login-refused');
  await t.throwsAsync(mallory.request('login-start', { ...start, message: longer(begun.message) }));
  t.is(await mallory.ended, 'cut');

  const attempt = { user: 'alice', server: `127.0.0.1:${at.port}`, password: 'correct horse' } as const;
  script.answers['register-start'] = async ({ honest }) => ({ message: longer((await honest()).message) });
  await t.throwsAsync(signInAs(t, { ...attempt, register: {} }), { message: /not readable/ });
  script.answers = {};
  script.answers['login-start'] = async ({ honest }) => ({ message: longer((await honest()).message) });
  await t.throwsAsync(signInAs(t, { ...attempt, register: {} }), { message: /not readable/ });
});
