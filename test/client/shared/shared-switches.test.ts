import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { SharedSwitches } from '../../../src/client/shared/shared-switches.ts';
import { isOn, nameOfRow, rowKinds, switchRow } from '../../../src/protocol/account/shared-rows.ts';
import { utf8 } from '../../../src/protocol/base/bytes.ts';
import { openProfile } from '../../helpers/client/profile.ts';

const { mute, block } = rowKinds;
const bob = utf8('bob');

test('a decision is stored with its time and device, later than the one before, and not again when nothing changes', async (t) => {
  const switches = new SharedSwitches(await openProfile(t), 'a');
  t.deepEqual(await switches.rows(), []);
  t.false(await switches.set(mute, bob, false, { at: 5, device: 1 }), 'nothing is muted yet');
  t.true(await switches.set(mute, bob, true, { at: 5, device: 1 }));
  t.false(await switches.set(mute, bob, true, { at: 9, device: 2 }));
  t.deepEqual(structuredClone(await switches.rows()), [
    structuredClone(switchRow(mute, bob, true, { at: 5, device: 1 })),
  ]);
  t.true(await switches.set(mute, bob, false, { at: 2, device: 2 }), 'a clock that is behind');
  t.deepEqual(structuredClone(await switches.rows()), [
    structuredClone(switchRow(mute, bob, false, { at: 6, device: 2 })),
  ]);
});

test('decisions of other devices are taken unless they are older, and those of other accounts stay apart', async (t) => {
  const profile = await openProfile(t);
  const [switches, other] = [new SharedSwitches(profile, 'a'), new SharedSwitches(profile, 'b')];
  await switches.set(mute, bob, true, { at: 5, device: 2 });
  const say = (on: boolean, at: number, device: number) => switches.take([switchRow(mute, bob, on, { at, device })]);
  const now = async () => (await switches.rows()).map(isOn);
  await say(false, 4, 9);
  await say(false, 5, 1);
  t.deepEqual(await now(), [true]);
  await say(false, 5, 3);
  t.deepEqual(await now(), [false]);
  await say(true, 6, 1);
  t.deepEqual(await now(), [true]);
  await switches.take([switchRow(block, bob, true, { at: 1, device: 1 })]);
  t.is((await switches.rows()).length, 2, 'a block of the same person is another row');
  t.deepEqual(await other.rows(), []);
});

test('the files of a profile do not show who is muted or blocked', async (t) => {
  const profile = await openProfile(t);
  const switches = new SharedSwitches(profile, 'a');
  await switches.set(block, utf8('mallory'), true, { at: 5, device: 1 });
  t.deepEqual((await switches.rows()).map(nameOfRow), ['mallory']);
  for (const file of await readdir(profile.dir))
    t.false((await readFile(join(profile.dir, file))).includes('mallory'), file);
});

test('a damaged row affects no other, and another device heals it', async (t) => {
  const profile = await openProfile(t);
  const switches = new SharedSwitches(profile, 'a');
  for (const [at, name] of ['bob', 'carol'].entries())
    await switches.set(mute, utf8(name), true, { at: at + 1, device: 1 });
  await profile.db.run("UPDATE shared_switches SET sealed = x'00' WHERE at = 1");
  t.deepEqual((await switches.rows()).map(nameOfRow), ['carol']);
  await switches.take([switchRow(mute, bob, true, { at: 1, device: 1 })]);
  t.deepEqual((await switches.rows()).map(nameOfRow).sort(), ['bob', 'carol']);
});
