import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Invites } from '../../../src/daemon/accounts/invites.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const CODE = 'welcome-to-our-place';
const badInvite = { instanceOf: Refusal, code: 'bad-invite' } as const;

test('no code is valid without invites.txt', async (t) => {
  const invites = new Invites(fs, await temporaryFolder(t));
  await t.throwsAsync(invites.check(CODE), badInvite);
});

test('a code is valid once; comments and short lines are not codes', async (t) => {
  const dir = await temporaryFolder(t);
  await fs.writeFile(join(dir, 'invites.txt'), `# for the office only\nshort\n${CODE}\n`);
  const invites = new Invites(fs, dir);
  for (const bad of [null, '', 'short', '# for the office only', `${CODE}x`])
    await t.throwsAsync(invites.check(bad), badInvite);
  await invites.check(CODE);
  const uses = await Promise.allSettled([1, 2].map((n) => invites.spend(CODE, async () => n)));
  t.deepEqual(
    uses.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  t.is(await fs.readFile(join(dir, 'invites.txt'), 'utf8'), '# for the office only\nshort\n');
});

test('the refusal of a missing code says how to get one; the refusal of a wrong or used code does not say which it is', async (t) => {
  const dir = await temporaryFolder(t);
  await fs.writeFile(join(dir, 'invites.txt'), `short\n${CODE}\n`);
  const invites = new Invites(fs, dir);
  for (const none of [null, '']) await t.throwsAsync(invites.check(none), { message: /by invitation; ask/ });
  await invites.spend(CODE, async () => {});
  for (const bad of ['short', `${CODE}x`, CODE])
    await t.throwsAsync(invites.check(bad), { message: /^this code is not valid, or was used; ask/ }, bad);
});

test('lines that can never be a valid code are logged by number', async (t) => {
  const dir = await temporaryFolder(t);
  const invites = new Invites(fs, dir);
  t.deepEqual(await invites.unusableLines(), []);
  await fs.writeFile(join(dir, 'invites.txt'), `# two\nshort\n\n${CODE}\n  ${CODE}2 \n${'x'.repeat(65)}\n`);
  t.deepEqual(await invites.unusableLines(), [2, 6]);
});

test('a registration that fails gives the code back', async (t) => {
  const dir = await temporaryFolder(t);
  await fs.writeFile(join(dir, 'invites.txt'), `${CODE}\n`);
  const invites = new Invites(fs, dir);
  const taken = new Refusal('name-taken', 'taken');
  await t.throwsAsync(
    invites.spend(CODE, () => Promise.reject(taken)),
    { is: taken },
  );
  await t.notThrowsAsync(invites.check(CODE));
});
