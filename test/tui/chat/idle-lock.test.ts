import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import type { ProfileLock } from '../../../src/client/types.ts';
import { IdleLock } from '../../../src/tui/chat/idle-lock.ts';
import { defaultSettings, initialState, unlockForm } from '../../../src/tui/state/state.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { noon } from '../../helpers/screen/messages.ts';

const MINUTE = 60_000;

function open(lock: ProfileLock | null) {
  const time = manualClock(noon);
  /** What the machine slept: only the wall clock has counted it. */
  let slept = 0;
  const clock = { ...time, now: () => time.now() + slept };
  const store = new Store(initialState({ columns: 80, rows: 24 }, defaultSettings, noon), clock);
  const idle = new IdleLock(store, clock);
  const client = { lock, looks: 0, failing: false };
  const profileLock = async () => {
    client.looks += 1;
    if (client.failing) throw new Error('the profile is damaged');
    return client.lock;
  };
  idle.watch({ profileLock });
  /** Lets the time pass, second by second. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1000) {
      time.advance(Math.min(1000, left));
      await idle.tick();
    }
  };
  const sleep = async (ms: number) => {
    slept += ms;
    await idle.tick();
  };
  return { store, idle, client, pass, sleep, isLocked: () => store.get().lock !== null };
}

test('the screen is covered after the time of the lock without a key, not before', async (t) => {
  const { idle, pass, isLocked, store } = open({ after: 15 * MINUTE });
  await pass(14 * MINUTE);
  idle.keyPressed();
  await pass(15 * MINUTE - 1000);
  t.false(isLocked());
  await pass(1000);
  t.deepEqual(store.get().lock, unlockForm);
});

test('without a lock, without a time, and before a login nothing is covered', async (t) => {
  for (const lock of [null, { after: null }]) {
    const { pass, isLocked } = open(lock);
    await pass(120 * MINUTE);
    t.false(isLocked());
  }
  const { store } = open(null);
  const clock = manualClock(noon);
  const early = new IdleLock(store, clock);
  clock.advance(120 * MINUTE);
  await early.tick();
  t.is(store.get().lock, null);
});

test('a lock that was made or changed by another program counts from then on', async (t) => {
  const { client, pass, isLocked } = open(null);
  await pass(10 * MINUTE);
  client.lock = { after: 5 * MINUTE };
  await pass(MINUTE);
  t.true(isLocked());
  t.true(client.looks <= 12, 'it looks once a minute');
});

test('a machine that slept is locked when it wakes', async (t) => {
  const { pass, sleep, isLocked } = open({ after: 15 * MINUTE });
  await pass(2000);
  await sleep(8 * 60 * MINUTE);
  t.true(isLocked());
});

test('a profile that cannot be read now is looked at again, and a locked screen is left alone', async (t) => {
  const { client, store, pass, isLocked } = open({ after: MINUTE });
  client.failing = true;
  await pass(3 * MINUTE);
  t.false(isLocked());
  client.failing = false;
  await pass(MINUTE);
  t.true(isLocked());
  const typed = { ...unlockForm, field: { before: 'corr', after: '' } };
  store.dispatch({ type: 'lock', lock: typed });
  await pass(10 * MINUTE);
  await turn();
  t.is(store.get().lock, typed);
});
