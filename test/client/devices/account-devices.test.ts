import test, { type ExecutionContext } from 'ava';
import { AccountDevices } from '../../../src/client/devices/account-devices.ts';
import { ClientBus } from '../../../src/client/events/client-bus.ts';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import { SealedRows } from '../../../src/client/profile/sealed-rows.ts';
import { SeenDevices } from '../../../src/client/trust/seen-devices.ts';
import type { ClientEvent } from '../../../src/client/types.ts';
import type { RequestResult } from '../../../src/protocol/wire/requests.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { until } from '../../helpers/until.ts';

type Listed = RequestResult<'sessions'>['devices'][number];

const HERE = 1;

function listed(device: number, parts: Partial<Listed> = {}): Listed {
  const about = {
    name: `device ${device}`,
    kind: 'device',
    since: device,
    lastSeen: 1000,
    address: '10.0.0.7',
  } as const;
  return { device, ...about, current: device === HERE, ...parts };
}

/** One start of a client of a profile, with a daemon that lists `daemon.devices`. */
async function start(t: ExecutionContext, daemon: { devices: Listed[] }, dir?: string) {
  const profile = await openProfile(t, dir);
  const bus = new ClientBus();
  const events: ClientEvent[] = [];
  bus.on('announced', (event) => void events.push(event));
  let whileAsking = () => {};
  const request = async (method: string, params: { device?: number | null }) => {
    const before = daemon.devices;
    if (method === 'device-end') {
      daemon.devices = before.filter((one) => (params.device === null ? one.current : one.device !== params.device));
      const ended = before.filter((one) => !daemon.devices.includes(one));
      return { ended: ended.length, exports: ended.filter(({ kind }) => kind === 'export').length };
    }
    whileAsking();
    return { devices: before, sessions: [{ session: 1, device: HERE, since: 0, address: '', current: true }] };
  };
  const connection = { request } as unknown as ClientContext['connection'];
  const rows = new SealedRows(profile);
  const seen = new SeenDevices(rows, new Uint8Array(32), 'alice');
  const devices = new AccountDevices({ connection }, bus, seen);
  t.teardown(() => devices.close());
  const added = async ({ since, lastSeen, current, ...one }: Listed) => {
    const others = daemon.devices.filter(({ device }) => device !== one.device);
    daemon.devices = [...others, { ...one, since, lastSeen, current }];
    await bus.publishAndWait('received', { method: 'device-added', params: { ...one, at: since } });
  };
  const login = async () => {
    await devices.begin();
    await devices.check();
  };
  /** The events since the last call, in short. */
  const told = () =>
    events
      .splice(0)
      .map((event) =>
        event.type === 'new-device'
          ? `new ${event.device}`
          : event.type === 'devices-seen'
            ? `seen ${event.devices}`
            : event.type === 'notice'
              ? event.text
              : '',
      );
  return {
    profile,
    rows,
    seen,
    devices,
    added,
    login,
    told,
    during: (action: () => void) => {
      whileAsking = action;
    },
  };
}

test('the first list of a profile is old; what is added later is announced at once, and at each start until it is looked at', async (t) => {
  const daemon = { devices: [listed(HERE), listed(0)] };
  const first = await start(t, daemon);
  await first.login();
  t.deepEqual(first.told(), []);
  await first.added(listed(3));
  t.deepEqual(first.told(), ['new 3']);
  await first.login();
  t.deepEqual(first.told(), [], 'once in each start');

  const second = await start(t, daemon, first.profile.dir);
  await second.login();
  t.deepEqual(second.told(), ['new 3']);
  const list = await second.devices.list();
  t.deepEqual(
    list.map(({ device, isNew, online }) => [device, isNew, online]),
    [
      [HERE, false, true],
      [0, false, false],
      [3, true, false],
    ],
  );
  await second.devices.markSeen(list);
  t.deepEqual(second.told(), ['seen 3']);

  const third = await start(t, daemon, first.profile.dir);
  await third.login();
  t.deepEqual(third.told(), []);
  t.false((await third.devices.list()).some(({ isNew }) => isNew));
});

test('a device that was added while no client of the profile was connected is announced at the next login', async (t) => {
  const daemon = { devices: [listed(HERE)] };
  const first = await start(t, daemon);
  await first.login();
  first.devices.close();
  daemon.devices = [...daemon.devices, listed(3), listed(4, { kind: 'export' })];
  const second = await start(t, daemon, first.profile.dir);
  await second.login();
  t.deepEqual(second.told(), ['new 3', 'new 4']);
});

test('attack: a device that was added between the first login of a profile and its first list is announced', async (t) => {
  const { login, told } = await start(t, { devices: [listed(HERE, { since: 5 }), listed(2), listed(7)] });
  await login();
  t.deepEqual(told(), ['new 7']);
});

test('attack: a device that ends this one and stays is announced when this one comes back', async (t) => {
  const daemon = { devices: [listed(HERE)] };
  const first = await start(t, daemon);
  await first.login();
  daemon.devices = [listed(3), listed(HERE, { since: 9 })];
  const second = await start(t, daemon, first.profile.dir);
  await second.seen.addOwn(HERE);
  await second.login();
  t.deepEqual(second.told(), ['new 3']);
});

test('a device that was looked at, logged out and added again is announced', async (t) => {
  const daemon = { devices: [listed(HERE), listed(0)] };
  const { devices, login, added, told } = await start(t, daemon);
  await login();
  await devices.end(0);
  await added(listed(0, { since: 9 }));
  t.deepEqual(told(), ['new 0']);
});

test('a login of this profile is announced by none of its programs; another login with its number is', async (t) => {
  const daemon = { devices: [listed(HERE)] };
  const screen = await start(t, daemon);
  await screen.login();
  const shell = await start(t, daemon, screen.profile.dir);
  await shell.seen.addOwn(HERE);
  for (const program of [shell, screen]) await program.added(listed(HERE, { since: 5 }));
  await shell.login();
  for (const program of [shell, screen]) t.deepEqual(program.told(), []);
  for (const program of [shell, screen]) await program.added(listed(HERE, { since: 6 }));
  for (const program of [shell, screen]) t.deepEqual(program.told(), [`new ${HERE}`]);
});

test('attack: a login with the number of a device of this profile that it is not adding is announced', async (t) => {
  const { added, login, told, profile } = await start(t, { devices: [listed(HERE)] });
  const lease = await profile.devices.lease();
  t.teardown(() => lease.release());
  await login();
  await added(listed(lease.device));
  t.deepEqual(told(), [`new ${lease.device}`]);
});

test("attack: a login that took this device's place is told at each start, until the person looks at the list", async (t) => {
  const daemon = { devices: [listed(HERE)] };
  const first = await start(t, daemon);
  await first.login();
  await first.seen.addReplaced({ name: 'thief', since: Date.UTC(2026, 11, 1, 9, 30), address: '10.9.9.9' });
  const text =
    "another login took this device's place on 2026-12-01 09:30 UTC, from 10.9.9.9, as thief; it is logged out now. Look at your devices, and change the password if that was not you";
  const second = await start(t, daemon, first.profile.dir);
  await second.login();
  await second.login();
  t.deepEqual(second.told(), [text], 'once in each start');
  const third = await start(t, daemon, first.profile.dir);
  await third.login();
  t.deepEqual(third.told(), [text]);
  await third.devices.markSeen(await third.devices.list());
  const fourth = await start(t, daemon, first.profile.dir);
  await fourth.login();
  t.deepEqual(fourth.told(), []);
});

test('a device that is logged out is no longer announced, and the others are', async (t) => {
  const daemon = { devices: [listed(HERE)] };
  const { devices, added, login, told } = await start(t, daemon);
  await login();
  for (const device of [3, 4, 5]) await added(listed(device));
  t.deepEqual(told(), ['new 3', 'new 4', 'new 5']);
  t.deepEqual(await devices.end(4), { ended: 1, exports: 0 });
  t.deepEqual(told(), ['seen 4']);
  daemon.devices = daemon.devices.filter(({ device }) => device !== 5);
  await login();
  t.deepEqual(told(), ['seen 5'], 'ended from another device');
  t.deepEqual(await devices.end(null), { ended: 1, exports: 0 });
  t.deepEqual(told(), ['seen 3']);
});

test('a device that is added while the list is on its way stays announced', async (t) => {
  const { added, during, login, told } = await start(t, { devices: [listed(HERE)] });
  await login();
  during(() => void added(listed(3)));
  await login();
  t.deepEqual(told(), ['new 3']);
});

test('a look at the list in another program of the profile counts here, too', async (t) => {
  const daemon = { devices: [listed(HERE)] };
  const here = await start(t, daemon);
  await here.login();
  await here.added(listed(3));
  t.deepEqual(here.told(), ['new 3']);
  const there = await start(t, daemon, here.profile.dir);
  await there.devices.markSeen(await there.devices.list());
  const told: string[] = [];
  await until(() => told.push(...here.told()) > 0);
  t.deepEqual(told, ['seen 3']);
});

test('attack: a daemon that adds devices without end fills no memory', async (t) => {
  const { added, login, told } = await start(t, { devices: [listed(HERE)] });
  await login();
  for (let device = 2; device < 202; device++) await added(listed(device));
  const all = told();
  t.is(all.filter((one) => one.startsWith('new')).length - all.filter((one) => one.startsWith('seen')).length, 128);
});

test('an export that this profile makes is announced by none of its programs', async (t) => {
  const daemon = { devices: [listed(HERE)] };
  const screen = await start(t, daemon);
  await screen.login();
  const shell = await start(t, daemon, screen.profile.dir);
  await shell.login();
  await shell.seen.addOwn(3);
  for (const program of [shell, screen]) await program.added(listed(3, { kind: 'export' }));
  const later = await start(t, daemon, screen.profile.dir);
  await later.login();
  for (const program of [shell, screen, later]) t.deepEqual(program.told(), []);
});

test('a profile that cannot store its first list announces none of it, and tries again at the next login', async (t) => {
  const daemon = { devices: [listed(HERE), listed(0)] };
  const { rows, devices, login, told } = await start(t, daemon);
  const write = rows.write.bind(rows);
  rows.write = () => Promise.reject(new Error('the disk is full'));
  await t.throwsAsync(login(), { message: 'the disk is full' });
  t.false((await devices.list()).some(({ isNew }) => isNew));
  rows.write = write;
  await devices.check();
  t.deepEqual(told(), []);
  daemon.devices = [...daemon.devices, listed(3)];
  await devices.check();
  t.deepEqual(told(), ['new 3']);
});
