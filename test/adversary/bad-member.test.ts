/** A member with an unusable key stops nobody else: not the lobby, not a queue, not the receipts. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ClientError } from '../../src/client/errors.ts';
import { inlineRsa } from '../../src/protocol/crypto/rsa-pool.ts';
import { parseEpoch } from '../../src/protocol/sealed/epoch.ts';
import { sealNote } from '../../src/protocol/sealed/note.ts';
import { connectChat, lines, startChat } from '../helpers/client/chat.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';
import { hostileDaemon } from './hostile-daemon.ts';
import { Mallory, storeBadCard } from './mallory.ts';

const password = 'correct horse';

test('a member whose card cannot be sealed to stops nobody else', async (t) => {
  const daemon = await hostileDaemon(t);
  const server = `127.0.0.1:${daemon.at.port}`;
  const profile = join(await temporaryFolder(t), 'alice');
  const first = await connectChat(t, { user: 'alice', server, password, register: {}, profile });
  const { daemonId } = first.signedIn.daemon;
  const alicesCard = first.signedIn.keyring.me.card;
  await first.client.close();

  // She owes Mallory a receipt, and Mallory's next card is a bad one.
  const mallory = await Mallory.join(t, daemon.at);
  const { note } = await sealNote(inlineRsa, {
    daemonId,
    identity: mallory.identity,
    from: mallory.card,
    to: alicesCard,
    device: 5,
    life: 0,
    seq: 1,
    prev: new Uint8Array(32),
    seen: new Uint8Array(32),
    sentAt: Date.now(),
    noteId: new Uint8Array(16).fill(5),
    content: { kind: 'text', text: 'receipt, please' },
  });
  await mallory.client.request('whisper', { to: 'alice', note, file: null });
  await storeBadCard(daemon, mallory);

  const signedIn = await signInAs(t, { user: 'alice', server, password, profile });
  const alice = await startChat(t, signedIn);
  const bob = await connectChat(t, { user: 'bob', server, password, register: {} });
  await alice.message('receipt, please');

  // The lobby goes on in both directions.
  await alice.client.send('#lobby', 'who is here?');
  await bob.message('who is here?');
  await bob.client.send('#lobby', 'I am');
  await alice.message('I am');
  t.is(daemon.lines.filter(({ evt }) => evt === 'epoch_not_sealed').length, 1);

  // A message to Mallory fails for good with a sentence and can be removed; the others are sent.
  await alice.client.queue('@mallory', 'never');
  await alice.client.send('@bob', 'private, and sent');
  await bob.message('private, and sent');
  const { error, ...shown } = await alice.message('never', ({ state }) => state === 'failed');
  t.regex(error ?? '', /the key of mallory does not work/);
  await alice.client.remove({ ...shown, error });
  t.deepEqual(lines((await alice.client.history('@mallory')).messages), ['mallory: receipt, please (sent)']);
  t.is((await alice.client.history('@mallory')).messages[0]?.id, '05'.repeat(16));

  // Her receipt is dropped, and no file is uploaded in vain.
  const { db } = signedIn.profile;
  for (const left of ['SELECT n FROM outbox', 'SELECT id FROM due_receipts'])
    await until(async () => (await db.all(left)).length === 0);
  const path = join(await temporaryFolder(t), 'plans.txt');
  await writeFile(path, 'plans');
  const upload = { instanceOf: ClientError, message: /the key of mallory does not work/ };
  await t.throwsAsync(alice.client.upload('@mallory', path), upload);
  t.deepEqual(await alice.client.transfers(), []);

  // With another card Mallory is a member like all others, and is granted the key.
  await mallory.renew();
  const { epochId } = parseEpoch((await mallory.entries('epoch')).at(-1)?.bytes ?? new Uint8Array());
  await mallory.client.request('grant-ask', { room: mallory.room, epochId });
  await until(() => mallory.client.events.includes('granted'));
  await alice.client.send('@mallory', 'now it can be read');
  t.deepEqual(
    alice.events.filter(({ type }) => type === 'notice' || type === 'gap'),
    [],
  );
});
