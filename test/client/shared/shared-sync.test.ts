import test, { type ExecutionContext } from 'ava';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import type { Profile } from '../../../src/client/profile/profile.ts';
import { DecisionRows } from '../../../src/client/shared/decision-rows.ts';
import { SharedSwitches } from '../../../src/client/shared/shared-switches.ts';
import { SharedSync } from '../../../src/client/shared/shared-sync.ts';
import { SharedPins } from '../../../src/client/trust/shared-pins.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import {
  isOn,
  mergeRows,
  nameOfRow,
  rowKinds,
  type SharedRow,
  switchRow,
} from '../../../src/protocol/account/shared-rows.ts';
import { openSharedState, sealSharedState } from '../../../src/protocol/account/shared-state.ts';
import { utf8 } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError, Refusal } from '../../../src/protocol/base/errors.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { DAEMON_ID, person } from '../../helpers/protocol/people.ts';
import { testPin } from '../../helpers/protocol/shared-rows.ts';

const alice = await person('alice');
const owner = { daemonId: DAEMON_ID, name: 'alice', idFp: alice.idFp };
const seal = (version: number, rows: readonly SharedRow[]) =>
  sealSharedState(alice.identity, owner, { version, rows: mergeRows(rows) }, systemRandom);
const muteRow = (name: string, on: boolean, at: number, device = 9) =>
  switchRow(rowKinds.mute, utf8(name), on, { at, device });

/** What the daemon stores, and what it does before it answers the next `shared-put`. */
type FakeDaemon = {
  version: number;
  shared: Uint8Array | null;
  asked: string[];
  refusals: (Refusal | Error | (() => void))[];
};

/** The rows that the daemon stores. */
const stored = ({ shared }: FakeDaemon) => (shared === null ? [] : openSharedState(alice.identity, owner, shared).rows);
const muted = (daemon: FakeDaemon) => stored(daemon).filter(isOn).map(nameOfRow);

/** A device of Alice. `daemon` may be that of another one. */
async function open(
  t: ExecutionContext,
  daemon: FakeDaemon = { version: 0, shared: null, asked: [], refusals: [] },
  { profile, device = 1 }: { profile?: Profile; device?: number } = {},
) {
  const clock = manualClock(1000);
  const store = profile ?? (await openProfile(t));
  const notices: string[] = [];
  const request = async (method: string, params: { after: number; version: number; shared: Uint8Array }) => {
    daemon.asked.push(method);
    if (method === 'shared-get') return { version: daemon.version, shared: daemon.shared };
    const first = daemon.refusals.shift();
    if (typeof first === 'function') first();
    else if (first !== undefined) throw first;
    if (params.after !== daemon.version) throw new Refusal('conflict', 'another device was faster');
    daemon.version = params.version;
    daemon.shared = params.shared;
    return { at: 0 };
  };
  const keyring = {
    me: { name: 'alice', idFp: alice.idFp, identity: alice.identity },
    decidedNow: () => ({ at: clock.now(), device }),
  };
  const connection = { request, welcome: { shared: daemon.version } };
  const context = { connection, keyring, profile: store, clock, daemonId: DAEMON_ID, account: 'a' };
  const switches = new SharedSwitches(store, 'a');
  const pins = new SharedPins(store.db, new Uint8Array(32));
  let again = 0;
  const sync = new SharedSync(
    context as unknown as ClientContext,
    new DecisionRows(pins, switches, 'alice'),
    (text) => notices.push(text),
    () => void again++,
  );
  const mute = (name: string, on = true) => switches.set(rowKinds.mute, utf8(name), on, keyring.decidedNow());
  const mine = async () => (await switches.rows()).filter(isOn).map(nameOfRow).sort();
  return { clock, daemon, mine, mute, notices, pins, profile: store, switches, sync, again: () => again };
}

test('a decision is stored as the next version, and without another decision nothing is asked or stored', async (t) => {
  const { daemon, mute, sync } = await open(t);
  await sync.synchronize();
  t.deepEqual(daemon.asked, [], 'nothing to share');
  await mute('bob');
  await sync.synchronize();
  t.deepEqual([daemon.version, daemon.asked, muted(daemon)], [1, ['shared-put'], ['bob']]);
  await sync.synchronize();
  await sync.take();
  t.deepEqual(daemon.asked, ['shared-put']);
});

test('what was already seen is not fetched after the next login', async (t) => {
  const first = await open(t);
  await first.mute('bob');
  await first.sync.synchronize();
  const again = await open(t, first.daemon, { profile: first.profile });
  await again.sync.synchronize();
  t.deepEqual(first.daemon.asked, ['shared-put']);
});

test('devices take each other’s decisions, and then stop', async (t) => {
  const laptop = await open(t);
  const { daemon } = laptop;
  await laptop.mute('bob');
  await laptop.sync.synchronize();
  const phone = await open(t, daemon, { device: 2 });
  await phone.mute('carol');
  await phone.sync.synchronize();
  t.deepEqual([daemon.version, muted(daemon), await phone.mine()], [2, ['bob', 'carol'], ['bob', 'carol']]);
  laptop.sync.heard(2);
  await laptop.sync.synchronize();
  t.deepEqual(await laptop.mine(), ['bob', 'carol']);
  for (const { sync } of [phone, laptop, phone, laptop]) {
    sync.heard(daemon.version);
    await sync.synchronize();
  }
  t.is(daemon.version, 2, 'no version without a decision');
});

test('when another device was faster, its state is merged and stored with the own decision', async (t) => {
  const laptop = await open(t);
  const { daemon } = laptop;
  const phone = await open(t, daemon, { device: 2 });
  await laptop.mute('bob');
  await phone.mute('carol');
  await laptop.sync.synchronize();
  // The phone has not heard of version 1.
  await phone.sync.synchronize();
  t.deepEqual([daemon.version, muted(daemon)], [2, ['bob', 'carol']]);
  t.deepEqual(daemon.asked, ['shared-put', 'shared-put', 'shared-get', 'shared-put']);
});

test('an answer that is lost costs no version and no notice', async (t) => {
  const { daemon, mute, notices, profile } = await open(t);
  const first = await open(t, daemon, { profile });
  daemon.refusals.push(() => {
    daemon.version = 1;
    daemon.shared = seal(1, [muteRow('bob', true, 1000, 1)]);
    throw new Error('the link is lost');
  });
  await mute('bob');
  await t.throwsAsync(first.sync.synchronize(), { message: 'the link is lost' });
  const later = await open(t, daemon, { profile });
  await later.sync.synchronize();
  t.deepEqual([daemon.version, later.notices, notices], [1, [], []]);
});

test('attack: a daemon that goes back gets the newest state again under a higher version, and the person is told once', async (t) => {
  const first = await open(t);
  const { daemon, profile } = first;
  await first.mute('bob');
  await first.sync.synchronize();
  const backup = daemon.shared;
  await first.mute('bob', false);
  await first.mute('carol');
  await first.sync.synchronize();
  t.is(daemon.version, 2);
  daemon.version = 1;
  daemon.shared = backup;
  const again = await open(t, daemon, { profile });
  await again.sync.take();
  await again.sync.synchronize();
  t.deepEqual([daemon.version, muted(daemon), await again.mine()], [3, ['carol'], ['carol']]);
  t.is(again.notices.length, 1);
  t.regex(again.notices[0] ?? '', /has version 1 of what your devices share, but it had version 2/);
  daemon.version = 0;
  daemon.shared = null;
  const empty = await open(t, daemon, { profile });
  await empty.sync.synchronize();
  t.deepEqual([daemon.version, muted(daemon)], [4, ['carol']]);
});

test('attack: a state that does not open is replaced, and one under another version is not taken', async (t) => {
  for (const shared of [new Uint8Array(2000).fill(2), seal(6, [muteRow('eve', true, 5)])]) {
    const { daemon, mine, mute, notices, sync } = await open(t, { version: 7, shared, asked: [], refusals: [] });
    await mute('bob');
    await sync.synchronize();
    t.deepEqual([daemon.version, muted(daemon), await mine()], [8, ['bob'], ['bob']]);
    t.is(notices.length, 1);
    t.regex(notices[0] ?? '', /does not open/);
  }
});

test('the state of a newer program is left as it is', async (t) => {
  const shared = Uint8Array.from([3, ...new Uint8Array(1100)]);
  const { daemon, mute, sync } = await open(t, { version: 7, shared, asked: [], refusals: [] });
  await mute('bob');
  await t.throwsAsync(sync.synchronize(), { instanceOf: ProtocolError, code: 'version' });
  t.deepEqual([daemon.version, daemon.asked], [7, ['shared-get']]);
});

test('rows of kinds that this program does not know stay in the state', async (t) => {
  const later = { kind: 99, key: utf8('x'), value: utf8('y'), at: 5, device: 2 };
  const { daemon, mute, sync } = await open(t, { version: 3, shared: seal(3, [later]), asked: [], refusals: [] });
  await mute('bob');
  await sync.synchronize();
  t.is(daemon.version, 4);
  t.deepEqual(structuredClone(stored(daemon).at(-1)), structuredClone(later));
});

test('after a refusal that passes it is tried again later, and a real refusal is reported', async (t) => {
  const { again, clock, daemon, mute, sync } = await open(t);
  await mute('bob');
  daemon.refusals.push(new Refusal('rate-limited', 'too many'));
  await sync.synchronize();
  t.is(daemon.version, 0);
  clock.advance(29_000);
  t.is(again(), 0);
  clock.advance(1_000);
  t.is(again(), 1);
  daemon.refusals.push(new Refusal('not-permitted', 'no'));
  await t.throwsAsync(sync.synchronize(), { instanceOf: Refusal, code: 'not-permitted' });
  await sync.synchronize();
  t.is(daemon.version, 1);
});

test('a device that is outrun again and again gives up for a while', async (t) => {
  const { again, clock, daemon, mute, sync } = await open(t);
  await mute('bob');
  for (let n = 0; n < 5; n++)
    daemon.refusals.push(() => {
      daemon.version++;
      daemon.shared = seal(daemon.version, [muteRow('carol', daemon.version % 2 === 0, daemon.version)]);
    });
  await sync.synchronize();
  t.is(daemon.asked.filter((method) => method === 'shared-put').length, 5);
  clock.advance(30_000);
  t.is(again(), 1);
  await sync.synchronize();
  t.deepEqual(muted(daemon).includes('bob'), true);
});

test('a newer card of a pinned person is shared with the next decision, and is none itself', async (t) => {
  const { daemon, mute, pins, sync } = await open(t);
  await pins.add([testPin('bob', 1, 'verified', 5, { cardSeq: 1 })]);
  await sync.synchronize();
  t.is(daemon.version, 1);
  await pins.take(testPin('bob', 1, 'verified', 5, { cardSeq: 2 }));
  await sync.synchronize();
  t.is(daemon.version, 1);
  await mute('carol');
  await sync.synchronize();
  const pin = stored(daemon).find(({ kind }) => kind === rowKinds.pin);
  t.deepEqual(structuredClone(pin), structuredClone(testPin('bob', 1, 'verified', 5, { cardSeq: 2 })));
});

test('the person is told when another device replaced or contradicts a pin', async (t) => {
  const { daemon, notices, pins, sync } = await open(t);
  await pins.add([
    testPin('bob', 1, 'accepted', 50),
    testPin('carol', 1, 'met', 50),
    testPin('dave', 1, 'accepted', 50),
  ]);
  daemon.version = 1;
  daemon.shared = seal(1, [
    testPin('alice', 9, 'verified', 60),
    testPin('bob', 2, 'accepted', 60),
    testPin('carol', 2, 'met', 40),
    testPin('dave', 1, 'accepted', 60, { cardHash: new Uint8Array(32).fill(5) }),
    testPin('erin', 1, 'met', 60),
  ]);
  sync.heard(1);
  await sync.take();
  t.is(notices.length, 3);
  t.regex(notices[0] ?? '', /key of bob was accepted on another of your devices/);
  t.regex(notices[1] ?? '', /met carol with another key/);
  t.regex(notices[2] ?? '', /another key card of dave/);
  await sync.take();
  t.is(notices.length, 3, 'each is told once');
  t.deepEqual((await pins.rows()).map(nameOfRow).sort(), ['bob', 'carol', 'dave', 'erin'], 'and no pin of one’s own');
});

test('attack: a daemon that names the highest version stops the sharing, and not the client', async (t) => {
  const shared = seal(0xffff_ffff, []);
  const { daemon, mine, mute, sync } = await open(t, { version: 0xffff_ffff, shared, asked: [], refusals: [] });
  await mute('bob');
  await t.throwsAsync(sync.synchronize(), { code: 'untrusted', message: /used up the versions/ });
  t.deepEqual([daemon.asked, await mine()], [['shared-get'], ['bob']]);
});
