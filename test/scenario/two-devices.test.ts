/** Alice has a laptop and a phone: what she decides on one is so on the other. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { requestTable } from '../../src/daemon/requests/index.ts';
import { sharedPut } from '../../src/daemon/requests/shared/shared-put.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { ChatController } from '../../src/tui/chat/chat-controller.ts';
import { defaultSettings, initialState } from '../../src/tui/state/state.ts';
import { Store } from '../../src/tui/update/state-store.ts';
import { connectChat, type TestChat, textOf } from '../helpers/client/chat.ts';
import { fixtureRsa, signInAs } from '../helpers/client/sign-in.ts';
import { type InProcessDaemon, openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { firstCard } from '../helpers/protocol/people.ts';
import { jsonLines, securechat } from '../helpers/screen/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

const password = 'secret';
const register = {};

/** A daemon that notes each version that it stores. `cards` may replace the cards that it shows. */
async function open(t: ExecutionContext) {
  const versions: number[] = [];
  const lie: { cards: Uint8Array[] | null } = { cards: null };
  const table = {
    ...requestTable,
    'shared-put': {
      ...requestTable['shared-put'],
      handler: (async (context, session, params) => {
        const answer = await sharedPut(context, session, params);
        versions.push(params.version);
        return answer;
      }) as typeof sharedPut,
    },
    cards: {
      ...requestTable.cards,
      handler: (async (context, session, params) =>
        lie.cards !== null && params.name === 'bob'
          ? { cards: lie.cards }
          : requestTable.cards.handler(context, session, params)) as typeof requestTable.cards.handler,
    },
  };
  const daemon = await openDaemon(t, { table });
  const server = daemon.at.join;
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const folder = await temporaryFolder(t);
  const [laptopDir, phoneDir] = [join(folder, 'laptop'), join(folder, 'phone')];
  const laptop = await connectChat(t, { user: 'alice', server, password, register, profile: laptopDir });
  const phone = () => connectChat(t, { user: 'alice', server, password, profile: phoneDir });
  return { daemon, server, versions, lie, bob, laptop, laptopDir, phone };
}

const isVerified = async ({ client }: TestChat, name: string) =>
  (await client.people()).find((person) => person.name === name)?.verified === true;

/** Bob lost his keys: the operator removes his account, and he registers it again. */
async function bobAgain(t: ExecutionContext, daemon: InProcessDaemon): Promise<TestChat> {
  const path = join(daemon.dir, 'users.txt');
  await writeFile(path, (await readFile(path, 'utf8')).replace(/^bob:.*\n/m, ''));
  await daemon.reload();
  const attempt = { user: 'bob', server: daemon.at.join, password, register } as const;
  return connectChat(t, attempt, { rsa: fixtureRsa('carol') });
}

test.serial('verified, muted and blocked on one device, and seen at once on the other', async (t) => {
  const { laptop, ...at } = await open(t);
  const phone = await at.phone();
  await laptop.client.safetyNumber('bob');
  await laptop.client.setVerified('bob', true);
  await laptop.client.mute('#lobby', true);
  await laptop.client.mute('@bob', true);
  await laptop.client.block('mallory', true);
  await phone.event(
    (event) => event.type === 'people' && event.people.some(({ name, verified }) => name === 'bob' && verified),
  );
  await phone.event((event) => event.type === 'muted' && event.conversation === '#lobby' && event.on);
  await phone.event((event) => event.type === 'blocked' && event.name === 'mallory' && event.on);
  t.true(await isVerified(phone, 'bob'));
  t.deepEqual(await phone.client.muted(), ['#lobby', '@bob']);
  t.deepEqual(await phone.client.blocked(), ['mallory']);

  await phone.client.mute('#lobby', false);
  await phone.client.setVerified('bob', false);
  await laptop.event((event) => event.type === 'muted' && event.conversation === '#lobby' && !event.on);
  await until(async () => !(await isVerified(laptop, 'bob')));
  t.deepEqual(await laptop.client.muted(), ['@bob']);
  t.deepEqual(
    [...laptop.events, ...phone.events].filter(({ type }) => type === 'notice'),
    [],
  );
});

test.serial('a mute and a block on one device show on the screen of the other', async (t) => {
  const { laptop, ...at } = await open(t);
  await laptop.client.mute('@bob', true);
  const phone = await at.phone();
  const store = new Store(initialState({ columns: 120, rows: 30 }, defaultSettings, 0), systemClock);
  const controller = new ChatController({ client: phone.client, store, clock: systemClock, onMessage: () => {} });
  await controller.begin({});
  t.teardown(() => controller.end());
  const shown = () => [[...controller.chat.muted].sort(), [...controller.chat.blocked]];
  t.deepEqual(shown(), [['@bob'], []]);
  await laptop.client.mute('#lobby', true);
  await laptop.client.block('bob', true);
  await until(() => JSON.stringify(shown()) === JSON.stringify([['#lobby', '@bob'], ['bob']]));
  await controller.client.mute('@bob', false);
  t.deepEqual(shown(), [['#lobby'], ['bob']], 'a decision on this screen shows at once');
  await until(async () => (await laptop.client.muted()).join() === '#lobby');
});

test.serial('a device that was offline catches up, and of two decisions the later one wins', async (t) => {
  const { laptop, ...at } = await open(t);
  let phone = await at.phone();
  await phone.client.mute('#lobby', true);
  await laptop.event((event) => event.type === 'muted' && event.on);
  await phone.client.close();
  await laptop.client.mute('#lobby', false);
  await laptop.client.block('mallory', true);
  await laptop.client.block('eve', true);
  phone = await at.phone();
  t.deepEqual([await phone.client.muted(), await phone.client.blocked()], [[], ['eve', 'mallory']]);

  // Both decide without a link, about one person and about others.
  for (const { signedIn } of [laptop, phone]) signedIn.connection.link?.destroy();
  await laptop.client.block('eve', false);
  await phone.client.mute('@bob', true);
  await phone.client.block('mallory', false);
  await laptop.client.block('mallory', false);
  await laptop.client.block('mallory', true);
  for (const { client } of [laptop, phone]) client.reconnect();
  const both = [laptop, phone];
  const state = ({ client }: TestChat) => Promise.all([client.muted(), client.blocked()]);
  await until(async () => {
    const [one, two] = await Promise.all(both.map(state));
    return (
      JSON.stringify(one) === JSON.stringify([['@bob'], ['mallory']]) && JSON.stringify(two) === JSON.stringify(one)
    );
  });
  t.pass();
});

test.serial('a key that is accepted on one device is accepted on the other, which says so', async (t) => {
  const { laptop, daemon, bob, ...at } = await open(t);
  const phone = await at.phone();
  for (const { client } of [laptop, phone]) await client.send('@bob', 'hello', { until: 'delivered' });
  await laptop.client.setVerified('bob', true);
  await until(() => isVerified(phone, 'bob'));
  await bob.client.close();
  const after = await bobAgain(t, daemon);
  await phone.client.safetyNumber('bob');
  await t.throwsAsync(phone.client.send('@bob', 'too soon'), { code: 'key-changed' });
  await laptop.client.safetyNumber('bob');
  await laptop.client.acceptKey('bob');
  await phone.event((event) => event.type === 'notice' && /key of bob was accepted on another/.test(event.text));
  await phone.event((event) => event.type === 'moved' && event.conversation === '@bob');
  t.false(await isVerified(phone, 'bob'), 'a verified mark names its key');
  await phone.client.send('@bob', 'to the new key', { until: 'delivered' });
  await after.message('to the new key');
  const { messages } = await phone.client.history('@bob');
  t.deepEqual(messages.map(textOf).slice(-1), ['to the new key']);
});

test.serial('attack: a new device refuses another key for a person whom the old one knows', async (t) => {
  const { laptop, lie, ...at } = await open(t);
  await laptop.client.send('@bob', 'hello', { until: 'delivered' });
  await laptop.client.close();
  lie.cards = [await firstCard('mallory', { name: 'bob', notBefore: Date.now() - 1000 })];
  const phone = await at.phone();
  const refused = { code: 'key-changed', message: /compare it with bob/ };
  await t.throwsAsync(phone.client.send('@bob', 'a secret'), refused);
  t.not((await phone.client.people()).find(({ name }) => name === 'bob')?.changedTo, undefined);
  lie.cards = null;
  phone.signedIn.keyring.forget('bob');
  await phone.client.send('@bob', 'a secret', { until: 'delivered' });
});

test.serial('a screen and a shell command of one profile store each decision once', async (t) => {
  const { laptop, laptopDir, server, versions, ...at } = await open(t);
  const phone = await at.phone();
  await laptop.client.mute('#lobby', true);
  await phone.event((event) => event.type === 'muted');
  const before = versions.length;
  const command = ['verify', 'bob', '--yes', '--json', '--server', server, '--user', 'alice', '--profile', laptopDir];
  const verified = await securechat(command);
  t.is(verified.code, 0, verified.stderr);
  t.like(jsonLines(verified)[0], { name: 'bob', verified: true });
  for (const device of [laptop, phone]) await until(() => isVerified(device, 'bob'));
  t.is(versions.length, before + 1);
  const tabletDir = join(await temporaryFolder(t), 'tablet');
  await (await signInAs(t, { user: 'alice', server, password, profile: tabletDir })).close();
  const users = await securechat(['users', '--json', '--server', server, '--user', 'alice', '--profile', tabletDir]);
  t.like(
    jsonLines(users).find(({ name }) => name === 'bob'),
    { verified: true },
    'a command that starts no whole client',
  );
  // Whatever else happens, nothing is stored without a decision.
  for (const { signedIn } of [laptop, phone]) signedIn.connection.link?.destroy();
  for (const { client } of [laptop, phone]) client.reconnect();
  await until(() => [laptop, phone].every(({ client }) => client.link.state === 'online'));
  await laptop.client.conversations();
  await phone.client.conversations();
  t.is(versions.length, before + 1);
  t.deepEqual(
    versions,
    [...new Set(versions)].sort((a, b) => a - b),
  );
});
