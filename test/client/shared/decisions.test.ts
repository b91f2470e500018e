import test, { type ExecutionContext } from 'ava';
import { ClientBus } from '../../../src/client/events/client-bus.ts';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import type { Profile } from '../../../src/client/profile/profile.ts';
import { Decisions } from '../../../src/client/shared/decisions.ts';
import { SharedPins } from '../../../src/client/trust/shared-pins.ts';
import type { ClientEvent } from '../../../src/client/types.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { mergeRows, rowKinds, type SharedRow, switchRow } from '../../../src/protocol/account/shared-rows.ts';
import { sealSharedState } from '../../../src/protocol/account/shared-state.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { DAEMON_ID, person } from '../../helpers/protocol/people.ts';
import { testPin } from '../../helpers/protocol/shared-rows.ts';
import { until } from '../../helpers/until.ts';

const alice = await person('alice');
const owner = { daemonId: DAEMON_ID, name: 'alice', idFp: alice.idFp };
const lobby = { ref: { id: new Uint8Array(32).fill(7), name: '#lobby' } };

/** One program of Alice's profile. The daemon stores what it is given. */
async function open(t: ExecutionContext, { profile }: { profile?: Profile } = {}) {
  const store = profile ?? (await openProfile(t));
  const clock = manualClock(1000);
  const bus = new ClientBus();
  const daemon = { version: 0, shared: null as Uint8Array | null, asked: [] as string[], hold: Promise.resolve() };
  const events: ClientEvent[] = [];
  const repinned: string[] = [];
  const forgotten: string[] = [];
  const announced: string[] = [];
  bus.on('announced', (event) => void events.push(event));
  bus.on('repinned', (name) => void repinned.push(name));
  const request = async (method: string, params: { version: number; shared: Uint8Array }) => {
    daemon.asked.push(method);
    await daemon.hold;
    if (method === 'shared-get') return { version: daemon.version, shared: daemon.shared };
    daemon.version = params.version;
    daemon.shared = params.shared;
    return { at: 0 };
  };
  const keyring = {
    me: { name: 'alice', idFp: alice.idFp, identity: alice.identity },
    decidedNow: () => ({ at: clock.now(), device: 1 }),
    forget: (name: string) => forgotten.push(name),
  };
  const connection = { request, welcome: { shared: 0 } };
  const context = { connection, keyring, profile: store, clock, daemonId: DAEMON_ID, account: 'a' };
  const pins = new SharedPins(store.db, new Uint8Array(32));
  const decisions = new Decisions({
    context: context as unknown as ClientContext,
    bus,
    people: { announce: async (...names) => void announced.push(...names) },
    rooms: {
      named: () => lobby as never,
      withId: (id) => (hex(id) === hex(lobby.ref.id) ? (lobby as never) : null),
    },
    pins,
  });
  t.teardown(() => decisions.close());
  await decisions.begin();
  /** Another device stores these rows; the daemon says so. */
  const elsewhere = async (...rows: SharedRow[]) => {
    daemon.version++;
    const state = { version: daemon.version, rows: mergeRows(rows) };
    daemon.shared = sealSharedState(alice.identity, owner, state, systemRandom);
    await bus.publishAndWait('received', { method: 'shared-changed', params: { version: daemon.version } });
    await decisions.settled();
  };
  return { announced, bus, clock, daemon, decisions, elsewhere, events, forgotten, pins, profile: store, repinned };
}

test('mutes and blocks are announced once, here and in another program of the profile, also without a daemon', async (t) => {
  const screen = await open(t);
  const other = await open(t, { profile: screen.profile });
  other.daemon.hold = screen.daemon.hold = new Promise(() => {});
  await other.decisions.mute('#lobby', true);
  await other.decisions.mute('#lobby', true);
  await other.decisions.mute('@bob', true);
  await other.decisions.block('mallory', true);
  const all: ClientEvent[] = [
    { type: 'muted', conversation: '#lobby', on: true },
    { type: 'muted', conversation: '@bob', on: true },
    { type: 'blocked', name: 'mallory', on: true },
  ];
  t.deepEqual(other.events, all);
  await until(() => screen.events.length === 3);
  t.deepEqual(new Set(screen.events), new Set(all));
  t.deepEqual(await screen.decisions.muted(), ['#lobby', '@bob']);
  t.deepEqual(await screen.decisions.blocked(), ['mallory']);
  await screen.decisions.block('mallory', false);
  t.deepEqual(screen.events.at(-1), { type: 'blocked', name: 'mallory', on: false });
});

test('what other devices decide is announced, and nothing twice', async (t) => {
  const { announced, bus, elsewhere, events, forgotten, pins, repinned } = await open(t);
  const mute = switchRow(rowKinds.muteRoom, lobby.ref.id, true, { at: 5, device: 2 });
  const unknown = switchRow(rowKinds.muteRoom, new Uint8Array(32), true, { at: 5, device: 2 });
  await elsewhere(mute, unknown, testPin('bob', 1, 'verified', 5, { device: 2 }));
  t.deepEqual(events, [{ type: 'muted', conversation: '#lobby', on: true }], 'and no room that is not here');
  t.deepEqual([announced, forgotten, repinned], [['bob'], [], []]);
  await elsewhere(mute, unknown, testPin('bob', 2, 'accepted', 6, { device: 2 }));
  t.deepEqual([announced, forgotten, repinned], [['bob', 'bob'], ['bob'], ['bob']]);
  t.is((await pins.rows()).length, 1);
  const seen = events.length;
  await bus.publishAndWait('received', { method: 'shared-changed', params: { version: 2 } });
  t.deepEqual([events.length, announced.length], [seen, 2]);
});

test('a person who was met since the start and whose key is accepted then is repinned', async (t) => {
  const { decisions, pins, repinned } = await open(t);
  await pins.add([testPin('bob', 1, 'met', 5)]);
  decisions.met('bob', new Uint8Array(32).fill(1));
  await pins.take(testPin('bob', 2, 'accepted', 6));
  await decisions.changed();
  t.deepEqual(repinned, ['bob']);
});

test('people who are met are shared together after a while, or when the client ends', async (t) => {
  const { clock, daemon, decisions, pins } = await open(t);
  for (const name of ['bob', 'carol']) {
    await pins.add([testPin(name, 1, 'met', 5)]);
    decisions.met(name, new Uint8Array(32).fill(1));
  }
  t.is(daemon.version, 0);
  clock.advance(30_000);
  await decisions.settled();
  t.is(daemon.version, 1);
  await pins.add([testPin('dave', 1, 'met', 5)]);
  decisions.met('dave', new Uint8Array(32).fill(1));
  await decisions.settled();
  t.is(daemon.version, 2);
});

test('attack: a daemon that announces one version after the other is asked once for many', async (t) => {
  const { bus, daemon, decisions } = await open(t);
  const held = Promise.withResolvers<void>();
  daemon.hold = held.promise;
  for (let version = 1; version <= 1000; version++)
    await bus.publishAndWait('received', { method: 'shared-changed', params: { version } });
  await until(() => daemon.asked.length > 0);
  held.resolve();
  await decisions.settled();
  t.true(daemon.asked.length <= 3, `${daemon.asked.length} requests`);
});

test('what is no conversation and no name is refused, and so is blocking oneself', async (t) => {
  const { decisions } = await open(t);
  for (const name of ['bob', '@', '@no name'] as `@${string}`[])
    await t.throwsAsync(decisions.mute(name, true), { code: 'usage' }, name);
  await t.throwsAsync(decisions.block('no name', true), { code: 'usage' });
  await t.throwsAsync(decisions.block('alice', true), { code: 'usage', message: /yourself/ });
  t.deepEqual([await decisions.muted(), await decisions.blocked()], [[], []]);
});
