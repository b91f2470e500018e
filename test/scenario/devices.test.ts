/** Profiles of one account on several machines: each hears of a new one, also if it was not connected then. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { NewDevice } from '../../src/client/types.ts';
import { connectChat, type TestChat } from '../helpers/client/chat.ts';
import { exported } from '../helpers/client/exports.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

const user = 'alice';
const password = 'secret';

/** Alice's account, made on the machine `desk`. `on` logs in from a machine, the first time by password and then by key. */
async function account(t: ExecutionContext) {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const known = new Set<string>();
  const on = async (machine: string, more: { password?: string; register?: object } = {}): Promise<TestChat> => {
    const first = known.has(machine) ? {} : { password };
    known.add(machine);
    return connectChat(t, { user, server, deviceName: machine, profile: join(dir, machine), ...first, ...more });
  };
  return { on, desk: await on('desk', { register: {} }) };
}

function announced({ events }: TestChat): NewDevice[] {
  return events.flatMap((event) => (event.type === 'new-device' ? [event] : []));
}

const names = (chat: TestChat) => announced(chat).map(({ name }) => name);

function hears(chat: TestChat, name: string) {
  return chat.event((event) => event.type === 'new-device' && event.name === name);
}

// Serial: each test starts its own daemon.
test.serial(
  'a new device is announced to all others, at once or at their next login, until the person looks',
  async (t) => {
    const { on, desk } = await account(t);
    const phone = await on('phone');
    await hears(desk, 'phone');
    await phone.client.close();

    const laptop = await on('laptop');
    const { device } = laptop.client.me;
    const event = { type: 'new-device', device, kind: 'device', name: 'laptop', address: '127.0.0.1' } as const;
    t.like(await hears(desk, 'laptop'), event);
    const later = await on('phone');
    t.like(await hears(later, 'laptop'), event, 'it was not connected then');

    const list = await desk.client.devices();
    t.deepEqual(list.map(({ name, isNew, current }) => [name, isNew, current]).sort(), [
      ['desk', false, true],
      ['laptop', true, false],
      ['phone', true, false],
    ]);
    await desk.client.markDevicesSeen(list);
    t.deepEqual(desk.events.at(-1), { type: 'devices-seen', devices: announced(desk).map((one) => one.device) });
    await desk.client.close();
    await later.client.close();

    const [deskAgain, phoneAgain] = [await on('desk'), await on('phone')];
    await hears(phoneAgain, 'laptop');
    await on('tablet');
    for (const chat of [deskAgain, phoneAgain, laptop]) await hears(chat, 'tablet');
    t.deepEqual([names(deskAgain), names(laptop)], [['tablet'], ['tablet']], 'neither itself nor what was looked at');
    t.deepEqual(names(phoneAgain), ['laptop', 'tablet']);
  },
);

test.serial('programs of one profile are one device, and announce none of themselves', async (t) => {
  const { on, desk } = await account(t);
  const second = await on('desk');
  const third = await on('desk', { password });
  t.is(second.client.me.device, desk.client.me.device);
  // Both log in with a profile that has no ticket yet, at once.
  const [one, two] = await Promise.all([on('laptop', { password }), on('laptop', { password })]);
  await on('phone');
  const all = [desk, second, third, one, two];
  for (const chat of all) await hears(chat, 'phone');
  t.deepEqual(
    all.map((chat) => new Set(names(chat))),
    [...Array.from({ length: 3 }, () => new Set(['laptop', 'phone'])), new Set(['phone']), new Set(['phone'])],
  );
});

test.serial(
  'a device that is logged out is told so, needs the password, and is announced when it comes back',
  async (t) => {
    const { on, desk } = await account(t);
    const laptop = await on('laptop');
    await hears(desk, 'laptop');
    t.is((await desk.client.endDevice(laptop.client.me.device)).ended, 1);
    await desk.event(({ type }) => type === 'devices-seen');
    await laptop.event(
      (event) => event.type === 'notice' && event.text === 'this device was logged out from another session',
    );
    await laptop.client.close();
    await t.throwsAsync(on('laptop'), { code: 'usage', message: /a password is needed/ });
    await on('laptop', { password });
    await until(() => names(desk).length === 2);
    t.deepEqual(names(desk), ['laptop', 'laptop']);
  },
);

test.serial('an export of the keys is announced to the other devices, and not where it was made', async (t) => {
  const { on, desk } = await account(t);
  const second = await on('desk');
  const phone = await on('phone');
  const { device, deviceName } = await exported(t, desk.signedIn);
  t.like(await hears(phone, deviceName), { device, kind: 'export' });
  const later = await on('desk');
  await on('tablet');
  for (const chat of [desk, second, later]) await hears(chat, 'tablet');
  t.deepEqual([desk, second].map(names), [
    ['phone', 'tablet'],
    ['phone', 'tablet'],
  ]);
  t.false(names(later).includes(deviceName));
});

test.serial('a device keeps its name at a later login by password that gives none', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'desk');
  const first = await connectChat(t, { user, server, password, register: {}, profile, deviceName: 'desk' });
  await first.client.close();
  const again = await connectChat(t, { user, server, password, profile });
  t.deepEqual(
    (await again.client.devices()).map(({ name }) => name),
    ['desk'],
  );
  await again.client.close();
  const renamed = await connectChat(t, { user, server, password, profile, deviceName: 'study' });
  t.deepEqual(
    (await renamed.client.devices()).map(({ name }) => name),
    ['study'],
  );
});
