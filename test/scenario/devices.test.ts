/** Profiles of one account on several machines: each hears of a new one, also if it was not connected then. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { NewDevice } from '../../src/client/types.ts';
import { connectChat, type TestChat } from '../helpers/client/chat.ts';
import { exported } from '../helpers/client/exports.ts';
import { openProfile } from '../helpers/client/profile.ts';
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
  /** A thief's profile on `machine`, under the number of another device. */
  const onAs = async (machine: string, device: number): Promise<TestChat> => {
    const profile = await openProfile(t, join(dir, machine));
    await profile.db.run('INSERT INTO devices (device) VALUES (?)', [device]);
    await profile.close();
    return on(machine);
  };
  return { on, onAs, desk: await on('desk', { register: {} }) };
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

test.serial(
  'a device that ended itself and comes back is not announced on itself, in any of its programs',
  async (t) => {
    const { on, desk } = await account(t);
    const phone = await on('phone');
    await hears(desk, 'phone');
    await desk.client.endDevice(desk.client.me.device);
    await desk.event((event) => event.type === 'link' && event.link.state === 'closed');
    const back = await on('desk', { password });
    t.is(back.client.me.device, desk.client.me.device);
    await hears(phone, 'desk');
    const [again, atOnce] = await Promise.all([on('desk', { password }), on('desk', { password })]);
    const byKey = await on('desk');
    await on('tablet');
    for (const chat of [back, again, atOnce, byKey]) await hears(chat, 'tablet');
    for (const chat of [back, again, atOnce, byKey]) {
      t.deepEqual([...new Set(names(chat))].sort(), ['phone', 'tablet']);
      t.false(chat.events.some((event) => event.type === 'notice' && event.text.includes('place')));
    }
    await hears(phone, 'tablet');
    t.deepEqual(names(phone), ['desk', 'tablet'], 'a login that shows its ticket is not announced');
  },
);

test.serial(
  'attack: a thief with the password and the number of a device is announced to all devices, and that device is told',
  async (t) => {
    const { on, onAs, desk } = await account(t);
    const { device } = desk.client.me;
    const phone = await on('phone');
    const second = await on('desk');
    const thief = await onAs('thief', device);
    t.is(thief.client.me.device, device);
    for (const chat of [desk, second, phone]) t.like(await hears(chat, 'thief'), { device });
    for (const chat of [desk, second]) {
      await chat.event((event) => event.type === 'notice' && /another login took this device's place/.test(event.text));
      const closed = await chat.event((event) => event.type === 'link' && event.link.state === 'closed');
      t.like(closed, {
        link: { reason: "another login took this device's place; start again and log in with the password" },
      });
    }
    await t.throwsAsync(on('desk'), { code: 'usage', message: /a password is needed/ });
    const back = await on('desk', { password });
    const took = /another login took this device's place on .* UTC, from 127\.0\.0\.1, as thief/;
    await back.event((event) => event.type === 'notice' && took.test(event.text));
    await hears(phone, 'desk');
    await thief.event((event) => event.type === 'link' && event.link.state === 'closed');
    t.false(names(back).includes('desk'));
  },
);

test.serial(
  'attack: a thief who took the place of a device that was not connected is told there until its person looks',
  async (t) => {
    const { on, onAs, desk } = await account(t);
    await desk.client.close();
    await onAs('thief', desk.client.me.device);
    const took = /another login took this device's place/;
    const told = (chat: TestChat) => chat.event((event) => event.type === 'notice' && took.test(event.text));
    const back = await on('desk', { password });
    await told(back);
    await back.client.close();
    const again = await on('desk');
    await told(again);
    await again.client.markDevicesSeen(await again.client.devices());
    await again.client.close();
    await on('phone');
    const last = await on('desk');
    await hears(last, 'phone');
    t.false(last.events.some((event) => event.type === 'notice' && took.test(event.text)));
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
