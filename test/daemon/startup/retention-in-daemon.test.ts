import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openCard } from '../../../src/protocol/account/card.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { privateConversationId } from '../../../src/protocol/sealed/note.ts';
import { connectTo, freshCard, login, register, testDaemonId } from '../../helpers/client/client.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { noteMaker } from '../../helpers/protocol/notes.ts';

const HOUR = 3_600_000;

test('a message older than --retention is removed, and its file with its bytes', async (t) => {
  const clock = manualClock(Date.now());
  const { dir, at } = await openDaemon(t, { clock, flags: { retention: '1d' } });
  const alice = await connectTo(t, at);
  await register(alice, 'alice', 'pw');
  await register(await connectTo(t, at), 'bob', 'pw');
  await login(alice, 'alice', 'pw');

  const idOf = async (name: 'alice' | 'bob') => openCard(await freshCard(name)).idFp;
  const conversation = privateConversationId(testDaemonId, await idOf('alice'), await idOf('bob'));
  const file = randomBytes(16);
  const { transfer } = await alice.request('upload-open', { file, conversation, size: 5, segSize: 65_536 });
  alice.link.sendSegment(transfer, 0, randomBytes(5 + 28));
  await alice.request('upload-finish', { transfer });
  const note = (await noteMaker('alice', 'bob', { kind: 'text', text: 'a file' }))(1);
  await alice.request('whisper', { to: 'bob', note, file });
  const stored = () => fs.readdir(join(dir, 'server_files'));
  t.deepEqual(await stored(), [hex(file)]);

  let hours = 0;
  while ((await stored()).length > 0) {
    clock.advance(HOUR);
    hours += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.true(hours >= 24, 'not before its time');
  const later = await connectTo(t, at);
  await login(later, 'alice', 'pw');
  t.deepEqual((await later.request('files', { conversation: null, before: null })).files, []);
  const range = { conversation, after: 0, before: null, limit: 9, newest: false, kinds: null };
  t.deepEqual((await later.request('fetch', range)).entries, []);
  t.like(await t.throwsAsync(later.request('whisper', { to: 'bob', note, file: null })), { code: 'order' });
});
