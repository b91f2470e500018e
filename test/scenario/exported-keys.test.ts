/** An export of the keys, from a person's view: a wiped machine, a rehearsal, a forgotten password, an ended export. */
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { replaceForgottenPassword } from '../../src/client/key-export/forgotten-password.ts';
import { importKeys, importKeysOnly } from '../../src/client/key-export/import-keys.ts';
import { openContents, readKeyExport } from '../../src/client/key-export/open-export.ts';
import { Rehearsal } from '../../src/client/key-export/rehearsal.ts';
import { rotateKeys } from '../../src/client/login/account-changes.ts';
import type { RequestTable } from '../../src/daemon/requests/index.ts';
import { requestTable } from '../../src/daemon/requests/index.ts';
import type { ExportContents } from '../../src/protocol/account/export-contents.ts';
import { connectChat, lines } from '../helpers/client/chat.ts';
import { exported, quick } from '../helpers/client/exports.ts';
import { openProfile } from '../helpers/client/profile.ts';
import { keysOf, quietAsk, rsaInTurn, signInAs } from '../helpers/client/sign-in.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const newProfile = async (t: ExecutionContext) => join(await temporaryFolder(t), 'profile');
const ended = { code: 'login-refused', message: /this export no longer logs in: it was ended in the list of devices/ };

/** Alice, who talked to Bob and compared keys with him, and said something in the lobby. */
async function openAlice(t: ExecutionContext, server: string, profile: string) {
  const alice = await connectChat(t, { user: 'alice', server, profile, password: 'secret', register: {} });
  const bob = await connectChat(t, { user: 'bob', server, password: 'secret', register: {} });
  await alice.client.send('@bob', 'hello bob', { until: 'delivered' });
  await bob.client.send('@alice', 'hello alice', { until: 'delivered' });
  await alice.client.send('#lobby', 'hello all');
  await alice.client.safetyNumber('bob');
  await alice.client.setVerified('bob', true);
  return { alice, bob };
}

async function rehearse(contents: ExportContents) {
  const rehearsal = await Rehearsal.open(contents);
  try {
    return await rehearsal.run({}, quick);
  } finally {
    await rehearsal.close();
  }
}

// Serial: each test starts its own daemon.
test.serial(
  'a wiped machine is restored without the password: keys, people, old messages, and a login of its own',
  async (t) => {
    const { at } = await openDaemon(t);
    const profile = await newProfile(t);
    const { alice, bob } = await openAlice(t, at.join, profile);
    const made = await exported(t, alice.signedIn);
    t.regex(made.deviceName, /^export of \d{4}-\d\d-\d\d on \S/);
    t.is((await fs.stat(made.path)).mode & 0o777, 0o600);
    t.deepEqual(await fs.readdir(join(made.path, '..')), ['alice.scx']);
    const byWords = await openContents(await readKeyExport(fs, made.path), { words: made.words ?? '' });
    t.deepEqual(structuredClone(byWords), structuredClone(made.contents));
    const before = keysOf(alice.signedIn);
    await alice.client.close();
    await fs.rm(profile, { recursive: true });

    const fresh = await newProfile(t);
    const asked = quietAsk({ trust: async () => false });
    const restored = await importKeys(
      await openProfile(t, fresh),
      made.contents,
      { ask: asked, deviceName: 'new laptop' },
      quick,
    );
    t.like(restored, { name: 'alice', people: 1, renewedSince: false });
    const again = await connectChat(t, { user: 'alice', server: at.join, profile: fresh });
    t.is(again.signedIn.connection.welcome.recordHash, null, 'a login by key');
    t.deepEqual(keysOf(again.signedIn), before);
    t.true((await again.client.people()).find(({ name }) => name === 'bob')?.verified);
    const { messages } = await again.client.history('@bob');
    t.deepEqual(lines(messages), ['alice: hello bob (delivered)', 'bob: hello alice (sent)']);
    t.deepEqual(lines((await again.client.history('#lobby')).messages), ['alice: hello all (sent)']);
    await bob.client.send('@alice', 'still there?');
    await again.message('still there?');
    const devices = await again.client.devices();
    t.deepEqual(
      devices.map(({ kind, name }) => (kind === 'export' ? kind : name)).sort(),
      [
        devices.find(({ device }) => device !== restored.device && device !== made.device)?.name ?? '',
        'export',
        'new laptop',
      ].sort(),
    );
  },
);

test.serial('a rehearsal opens the newest message of each conversation, and leaves no trace', async (t) => {
  const asked: string[] = [];
  let isRehearsing = false;
  const table = Object.fromEntries(
    Object.entries(requestTable).map(([name, row]) => [
      name,
      {
        ...row,
        handler: (...args: Parameters<typeof row.handler>) => {
          if (isRehearsing) asked.push(name);
          return (row.handler as (...all: unknown[]) => unknown)(...args);
        },
      },
    ]),
  ) as unknown as RequestTable;
  const { at } = await openDaemon(t, { table });
  const { alice, bob } = await openAlice(t, at.join, await newProfile(t));
  const { contents } = await exported(t, alice.signedIn);
  await alice.client.close();
  // Nothing acknowledges this one: whatever does was the rehearsal.
  await bob.client.send('@alice', 'are you there?');
  await bob.client.close();
  const temporary = async () => (await fs.readdir(tmpdir())).filter((name) => name.startsWith('securechat-check-'));
  const before = await temporary();
  isRehearsing = true;
  const found = await rehearse(contents);
  isRehearsing = false;
  t.like(found, { name: 'alice', conversations: 2, failed: [], changed: [], renewedSince: false });
  t.is(found.messages, 6, 'three messages, and receipts of those in private');
  t.deepEqual([...new Set(asked)].sort(), ['cards', 'conversations', 'fetch', 'login-key']);
  t.deepEqual(await temporary(), before);
});

test.serial('a message that the export cannot open is named', async (t) => {
  const { at } = await openDaemon(t);
  const profile = await newProfile(t);
  const { alice, bob } = await openAlice(t, at.join, profile);
  const { contents } = await exported(t, alice.signedIn);
  await alice.client.close();
  const renewed = await signInAs(t, { user: 'alice', server: at.join, profile, password: 'secret' }, quick);
  await renewed.authenticator.withPassword('secret', rotateKeys);
  await bob.client.send('@alice', 'sealed to the new key');
  t.like(await rehearse(contents), { renewedSince: true, failed: ['@bob'], conversations: 2 });
});

test.serial('a forgotten password is replaced, and other devices go on', async (t) => {
  const { at } = await openDaemon(t);
  const profile = await newProfile(t);
  const { alice } = await openAlice(t, at.join, profile);
  const { contents } = await exported(t, alice.signedIn);
  const profileHere = await newProfile(t);
  const options = { ask: quietAsk() };
  await replaceForgottenPassword(await openProfile(t, profileHere), contents, 'new secret', options, quick);
  await t.throwsAsync(signInAs(t, { user: 'alice', server: at.join, password: 'secret' }), { code: 'login-refused' });
  const elsewhere = await signInAs(t, { user: 'alice', server: at.join, password: 'new secret' });
  t.deepEqual(keysOf(elsewhere), keysOf(alice.signedIn));
  await alice.client.close();
  await (await signInAs(t, { user: 'alice', server: at.join, profile })).close();
  await (await signInAs(t, { user: 'alice', server: at.join, profile: profileHere })).close();
  // The export is not consumed.
  t.like(await rehearse(contents), { conversations: 2, failed: [] });
});

test.serial('an export from before a new key replaces the password, too, and no key is lost', async (t) => {
  const { at } = await openDaemon(t);
  const profile = await newProfile(t);
  const { alice } = await openAlice(t, at.join, profile);
  const { contents } = await exported(t, alice.signedIn);
  await alice.client.close();
  const renewed = await signInAs(
    t,
    { user: 'alice', server: at.join, profile, password: 'secret' },
    { ...quick, rsa: rsaInTurn('carol-encryption') },
  );
  const { keys } = await renewed.authenticator.withPassword('secret', rotateKeys);
  await renewed.close();
  const restored = await newProfile(t);
  const found = await replaceForgottenPassword(
    await openProfile(t, restored),
    contents,
    'new secret',
    { ask: quietAsk() },
    quick,
  );
  t.false(found.renewedSince);
  const here = await signInAs(t, { user: 'alice', server: at.join, profile: restored });
  t.deepEqual([here.keyring.me.card.cardSeq, keysOf(here).length], [3, 2]);
  // The machine with the key in between adds it to the vault.
  await t.throwsAsync(signInAs(t, { user: 'alice', server: at.join, profile }), { code: 'usage' });
  const there = await signInAs(t, { user: 'alice', server: at.join, profile, password: 'new secret' });
  t.deepEqual([keysOf(there).length, keysOf(there)[0]], [3, keysOf(here)[0]]);
  const everywhere = await signInAs(t, { user: 'alice', server: at.join, password: 'new secret' });
  t.deepEqual(keysOf(everywhere), keysOf(there));
  t.is(keys.keys.length, 2);
});

test.serial('an export that was ended logs in nowhere, but its keys come back with the password', async (t) => {
  const { at } = await openDaemon(t);
  const { alice } = await openAlice(t, at.join, await newProfile(t));
  const { contents, device } = await exported(t, alice.signedIn);
  await alice.client.endDevice(device);
  const profileHere = await newProfile(t);
  const options = { ask: quietAsk() };
  await t.throwsAsync(importKeys(await openProfile(t, profileHere), contents, options, quick), ended);
  await t.throwsAsync(
    replaceForgottenPassword(await openProfile(t, profileHere), contents, 'new secret', options, quick),
    ended,
  );
  await t.throwsAsync(rehearse(contents), ended);
  await importKeysOnly(await openProfile(t, profileHere), contents, options);
  await t.throwsAsync(signInAs(t, { user: 'alice', server: at.join, profile: profileHere }), { code: 'usage' });
  const again = await connectChat(t, { user: 'alice', server: at.join, profile: profileHere, password: 'secret' });
  t.deepEqual(lines((await again.client.history('@bob')).messages).slice(0, 1), ['alice: hello bob (delivered)']);
});

test.serial('keys that are on one machine only come back from an export, also after a new key', async (t) => {
  const { at } = await openDaemon(t);
  const profile = await newProfile(t);
  const register = { localKeys: true };
  const alice = await signInAs(t, { user: 'alice', server: at.join, profile, password: 'secret', register });
  const made = await exported(t, alice);
  t.true(made.localKeys);
  const before = keysOf(alice);
  await alice.close();
  const first = await newProfile(t);
  await importKeys(await openProfile(t, first), made.contents, { ask: quietAsk() }, quick);
  const restored = await signInAs(t, { user: 'alice', server: at.join, profile: first }, quick);
  t.deepEqual(keysOf(restored), before);
  await restored.authenticator.withPassword('secret', rotateKeys);
  await restored.close();
  const second = await newProfile(t);
  const refuses = importKeys(await openProfile(t, second), made.contents, { ask: quietAsk() }, quick);
  await t.throwsAsync(refuses, { code: 'refused', message: /only the machine that did it has the newest key/ });
  const agrees = quietAsk({ confirm: async ({ kind }) => kind === 'renewed-since' });
  const rsa = rsaInTurn('carol-encryption');
  await importKeys(await openProfile(t, second), made.contents, { ask: agrees }, { ...quick, rsa });
  const last = await signInAs(t, { user: 'alice', server: at.join, profile: second });
  t.deepEqual([last.keyring.me.card.cardSeq, keysOf(last).at(-1)], [3, before[0]]);
});
