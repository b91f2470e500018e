/** What an import refuses or asks, and that the profile is then as it was. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Doubt } from '../../../src/client/connect-types.ts';
import { importKeys, importKeysOnly } from '../../../src/client/key-export/import-keys.ts';
import { rotateKeys } from '../../../src/client/login/account-changes.ts';
import { joinLink } from '../../../src/protocol/link/daemon-identity.ts';
import { exported, quick } from '../../helpers/client/exports.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { keysOf, quietAsk, signInAs } from '../../helpers/client/sign-in.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const made = { user: 'alice', password: 'secret' } as const;
const newProfile = async (t: ExecutionContext) => join(await temporaryFolder(t), 'profile');
/** Answers every doubt with `answer`, and records its kind. */
function askRecording(answer: boolean) {
  const asked: Doubt['kind'][] = [];
  const ask = quietAsk({
    trust: async () => false,
    confirm: async ({ kind }) => {
      asked.push(kind);
      return answer;
    },
  });
  return { ask, asked };
}

// Serial: each test starts its own daemon.
test.serial('the export of another person or server is refused, and a server that moved is found', async (t) => {
  const { join: server, port } = (await openDaemon(t)).at;
  // Its folder has no keys from the fixtures: it makes its own.
  const { join: other, port: otherPort } = (await openDaemon(t, { dir: await temporaryFolder(t) })).at;
  const { contents } = await exported(t, await signInAs(t, { ...made, server, register: {} }));
  const { ask } = askRecording(true);
  const dir = await newProfile(t);
  const profile = await openProfile(t, dir);
  const options = { ask };
  const person = { code: 'refused', message: /^this export is of alice, not of bob/ };
  await t.throwsAsync(importKeys(profile, contents, { ...options, user: 'bob' }, quick), person);
  const another = { code: 'refused', message: /^this export is of another server than the one at/ };
  for (const given of [other, `127.0.0.1:${otherPort}`])
    await t.throwsAsync(importKeys(profile, contents, { ...options, server: given }, quick), another);
  const moved = { ...contents, daemon: { ...contents.daemon, address: `127.0.0.1:${otherPort}` } };
  const elsewhere = { code: 'key-changed', message: /shows another key than the one of the export/ };
  await t.throwsAsync(importKeys(profile, moved, options, quick), elsewhere);
  const linked = joinLink('127.0.0.1', port, new Uint8Array(32));
  await t.throwsAsync(importKeysOnly(profile, contents, { ...options, server: linked }), another);
  t.like(await importKeys(profile, moved, { ...options, server: `localhost:${port}`, user: 'alice' }, quick), {
    server: `localhost:${port}`,
  });
  t.is((await signInAs(t, { user: 'alice', server: `localhost:${port}`, profile: dir })).name, 'alice');
});

test.serial('without the server nothing is stored', async (t) => {
  const { daemon, at } = await openDaemon(t);
  const { contents } = await exported(t, await signInAs(t, { ...made, server: at.join, register: {} }));
  await daemon.stop();
  const profile = await openProfile(t);
  const { ask } = askRecording(true);
  await t.throwsAsync(importKeys(profile, contents, { ask }, quick), { code: 'unreachable' });
  t.is((await importKeysOnly(profile, contents, { ask })).device, null);
});

test.serial(
  'into a profile with the same keys it is a login, with a newer export the keys are added, an older one is asked about',
  async (t) => {
    const { join: server } = (await openDaemon(t)).at;
    const profile = await newProfile(t);
    const me = await signInAs(t, { ...made, server, profile, register: {} });
    const older = await exported(t, me);
    const first = keysOf(me);
    await me.close();
    const { ask, asked } = askRecording(false);
    await importKeys(await openProfile(t, profile), older.contents, { ask }, quick);

    const elsewhere = await newProfile(t);
    await importKeys(await openProfile(t, elsewhere), older.contents, { ask }, quick);
    const there = await signInAs(t, { ...made, server, profile: elsewhere }, quick);
    await there.authenticator.withPassword('secret', rotateKeys);
    await there.close();
    const renewed = await signInAs(t, { ...made, server, profile: elsewhere });
    const newer = await exported(t, renewed);
    await importKeys(await openProfile(t, profile), newer.contents, { ask }, quick);
    t.deepEqual(asked, []);
    const again = await signInAs(t, { user: 'alice', server, profile });
    t.deepEqual(keysOf(again), keysOf(renewed));
    t.deepEqual(keysOf(again).slice(1), first);
    await again.close();

    const gain = {
      code: 'refused',
      message: /is older than this profile, and nothing would be gained.*nothing was changed/,
    };
    await t.throwsAsync(importKeys(await openProfile(t, profile), older.contents, { ask }, quick), gain);
    await t.throwsAsync(importKeys(await openProfile(t, profile), older.contents, { ask: quietAsk() }, quick), gain);
    t.deepEqual(asked, ['older-export']);
    await importKeys(await openProfile(t, profile), older.contents, { ask: askRecording(true).ask }, quick);
    t.deepEqual(keysOf(await signInAs(t, { user: 'alice', server, profile })), keysOf(renewed));
  },
);

test.serial('beside another identity of that name an import is refused', async (t) => {
  const { join: server, port } = (await openDaemon(t)).at;
  const profile = await newProfile(t);
  const me = await signInAs(t, { ...made, server, profile, register: {} });
  const { contents } = await exported(t, me);
  await me.close();
  const strange = { ...contents, idFp: new Uint8Array(32) };
  await t.throwsAsync(importKeys(await openProfile(t, profile), strange, { ask: quietAsk() }, quick), {
    code: 'refused',
    message: /has another identity of alice at this server than the export/,
  });
  t.is((await signInAs(t, { user: 'alice', server: `127.0.0.1:${port}`, profile })).name, 'alice');
});

test.serial('an import that cannot be stored leaves a profile that logs in as before', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await newProfile(t);
  const me = await signInAs(t, { ...made, server, profile: dir, register: {} });
  const { contents } = await exported(t, me);
  const before = keysOf(me);
  await me.close();
  const profile = await openProfile(t, dir);
  await profile.db.run(
    "CREATE TRIGGER full BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
  );
  await t.throwsAsync(importKeys(profile, contents, { ask: quietAsk() }, quick), { message: /the disk is full/ });
  await profile.db.run('DROP TRIGGER full');
  const again = await signInAs(t, { user: 'alice', server, profile: dir });
  t.deepEqual(keysOf(again), before);
  const { devices } = await again.connection.request('sessions', {});
  t.deepEqual(devices.map(({ kind }) => kind).sort(), ['device', 'export']);
});
