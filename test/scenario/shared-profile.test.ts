/** Several programs with one profile at once, like a person who runs listen and sends from the shell. */
import { join } from 'node:path';
import test from 'ava';
import { ClientError } from '../../src/client/errors.ts';
import type { ClientEvent } from '../../src/client/types.ts';
import { connectChat, lines, startChat, textOf } from '../helpers/client/chat.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { tamperedLogin } from '../helpers/client/tamper.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { jsonLines, securechat, startSecurechat } from '../helpers/screen/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

const password = 'secret';
const register = {};

test.serial('listen, a screen and send share a profile', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'alice');
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const screen = await connectChat(t, { user: 'alice', server, password, register, profile });
  await screen.client.send('@bob', 'from the screen', { until: 'delivered' });
  const global = ['--server', server, '--user', 'alice', '--profile', profile];
  const listener = startSecurechat(t, ['listen', ...global], { stdin: null });
  await bob.client.send('@alice', 'before it listened');
  const sends = ['one', 'two'].map((text) => securechat(['send', 'bob', text, '--json', ...global]));
  await bob.client.send('@alice', 'while they send');
  const sent = await Promise.all(sends);
  for (const result of sent) {
    t.is(result.code, 0, result.stderr);
    t.is(jsonLines(result)[0]?.type, 'sent');
  }
  const last = await bob.client.send('@alice', 'after they sent', { until: 'delivered' });
  const at = new Date(last.at);
  const clock = `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
  await listener.untilWritten(`${clock} bob -> alice: after they sent`);
  await screen.message('after they sent');
  await screen.client.send('@bob', 'from the screen again', { until: 'delivered' });
  const heard = listener.written.stdout.split('\n').filter((line) => line !== '');
  t.deepEqual(
    heard.map((line) => line.replace(/^\S+ /, '')),
    ['before it listened', 'while they send', 'after they sent'].map((text) => `bob -> alice: ${text}`),
    'each once, in order, and nothing of her own',
  );
  const said = ['from the screen', 'before it listened', 'one', 'two', 'while they send', 'after they sent'];
  said.push('from the screen again');
  for (const [chat, name] of [
    [bob, '@alice'],
    [screen, '@bob'],
  ] as const) {
    const { messages, gaps } = await chat.client.history(name);
    t.deepEqual(messages.map(textOf).sort(), [...said].sort());
    t.deepEqual(gaps, []);
  }
  t.is(
    lines((await screen.client.history('@bob', { limit: 1 })).messages)[0],
    'alice: from the screen again (delivered)',
  );
});

for (const known of [false, true]) {
  const where = known ? 'a conversation that both know' : 'a conversation that is new';
  test.serial(`waiting for a message ends even if another program received it first, in ${where}`, async (t) => {
    const { join: server } = (await openDaemon(t)).at;
    await (await connectChat(t, { user: 'bob', server, password, register })).client.close();
    const profile = join(await temporaryFolder(t), 'alice');
    const screen = await connectChat(t, { user: 'alice', server, password, register, profile });
    const signedIn = await signInAs(t, { user: 'alice', server, profile });
    let isLosing = false;
    const shell = await startChat(
      t,
      tamperedLogin(signedIn, {
        answer(method, _params, result) {
          if (method !== 'whisper' || !isLosing) return result;
          isLosing = false;
          signedIn.connection.link?.destroy();
          throw new ClientError('unreachable', 'the connection was lost');
        },
      }),
    );
    await shell.client.conversations();
    if (known) await shell.client.send('@bob', 'before');
    isLosing = true;
    const sent = await shell.client.send('@bob', 'hello');
    t.is(textOf(sent), 'hello');
    t.is(sent.state, 'sent');
    await screen.message('hello');
    t.is((await shell.client.history('@bob')).messages.length, known ? 2 : 1);
  });
}

test.serial('a message that another program read first is fresh here, too', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const profile = join(await temporaryFolder(t), 'alice');
  const first = await connectChat(t, { user: 'alice', server, password, register, profile });
  await bob.client.send('@alice', 'before');
  await first.message('before');
  const signedIn = await signInAs(t, { user: 'alice', server, profile });
  const { connection } = signedIn;
  const onEvent = connection.onEvent.bind(connection);
  const held: (() => void)[] = [];
  connection.onEvent = (listener) =>
    onEvent((event) => void (event.method === 'posted' ? held.push(() => listener(event)) : listener(event)));
  const slow = await startChat(t, signedIn);
  await slow.client.conversations();
  for (const to of ['@alice', '#lobby'] as const) {
    const { seq } = await bob.client.send(to, `to ${to}`);
    await first.message(`to ${to}`);
    await first.client.markRead(to === '@alice' ? '@bob' : to, seq ?? 0);
  }
  await until(() => held.length >= 2);
  for (const go of held) go();
  for (const to of ['@alice', '#lobby']) {
    const isHere = (event: ClientEvent) => event.type === 'message' && textOf(event.message) === `to ${to}`;
    t.like(await slow.event(isHere), { fresh: true });
  }
});

test.serial('a message that another program reads while this one lists the conversations is fresh here', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const profile = join(await temporaryFolder(t), 'alice');
  const first = await connectChat(t, { user: 'alice', server, password, register, profile });
  await bob.client.send('@alice', 'before');
  const { seq: before } = await first.message('before');
  await first.client.markRead('@bob', before ?? 0);
  const signedIn = await signInAs(t, { user: 'alice', server, profile });
  const { connection } = signedIn;
  const onEvent = connection.onEvent.bind(connection);
  const held: (() => void)[] = [];
  connection.onEvent = (listener) =>
    onEvent((event) => void (event.method === 'posted' ? held.push(() => listener(event)) : listener(event)));
  const request = connection.request.bind(connection);
  const [asked, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  connection.request = (async (...params: Parameters<typeof request>) => {
    const answer = await request(...params);
    if (params[0] !== 'conversations') return answer;
    asked.resolve();
    await go.promise;
    return answer;
  }) as typeof request;
  const slow = await startChat(t, signedIn);
  await asked.promise;
  const { seq } = await bob.client.send('@alice', 'meanwhile');
  await first.message('meanwhile');
  await first.client.markRead('@bob', seq ?? 0);
  go.resolve();
  await slow.client.conversations();
  await until(() => held.length > 0);
  for (const give of held) give();
  const isHere = (event: ClientEvent) => event.type === 'message' && textOf(event.message) === 'meanwhile';
  t.like(await slow.event(isHere), { fresh: true });
});

test.serial('a message opens though another program took the entries of its author and its epoch', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'alice');
  const open = async (options: { register?: object }) => {
    const signedIn = await signInAs(t, { user: 'alice', server, profile, password, ...options });
    const { connection } = signedIn;
    const onEvent = connection.onEvent.bind(connection);
    const held: (() => void)[] = [];
    let isHeld = (_kind: string): boolean => false;
    connection.onEvent = (listener) =>
      onEvent((event) => {
        if (event.method === 'posted' && isHeld(event.params.entry.kind)) held.push(() => void listener(event));
        else return listener(event);
      });
    const hold = (which: typeof isHeld) => {
      isHeld = which;
    };
    return { ...(await startChat(t, signedIn)), held, hold, db: signedIn.profile.db };
  };
  const first = await open({ register });
  const slow = await open({});
  for (const { client } of [first, slow]) await client.conversations();
  first.hold((kind) => kind === 'message');
  slow.hold(() => true);
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const { seq } = await bob.client.send('#lobby', 'hello');
  await until(async () => {
    const [row] = await first.db.all('SELECT max(top) AS top FROM coverage');
    return Number(row?.top) === (seq ?? 0) - 1 && slow.held.length > 0;
  });
  for (const give of slow.held.splice(0)) give();
  t.like(await slow.message('hello'), { from: 'bob' });
});

test.serial('each program of a profile reports every message once', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'alice');
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  await (await connectChat(t, { user: 'alice', server, password, register, profile })).client.close();
  const global = ['--server', server, '--user', 'alice', '--profile', profile];
  const plain = startSecurechat(t, ['plain', ...global], { stdin: null });
  const listener = startSecurechat(t, ['listen', ...global], { stdin: null });
  await plain.untilWritten(/you write to #lobby/);
  await listener.untilWritten(/listening as alice/);
  const said: string[] = [];
  for (let n = 0; n < 8; n++)
    for (const to of ['#lobby', '@alice'] as const) {
      said.push(`${to.slice(1)} ${n}`);
      await bob.client.send(to, `${to.slice(1)} ${n}`);
    }
  for (const program of [plain, listener]) {
    await Promise.all(said.map((text) => program.untilWritten(new RegExp(`: ${text}$`, 'm'))));
    const told = program.written.stdout.split('\n').filter((line) => /: (lobby|alice) \d$/.test(line));
    t.is(told.length, said.length);
  }
});
