import test from 'ava';
import { files } from '../../../../src/daemon/requests/files/files.ts';
import { whisper } from '../../../../src/daemon/requests/messages/whisper.ts';
import { inlineRsa } from '../../../../src/protocol/crypto/rsa-pool.ts';
import { openNote, privateConversationId, sealNote } from '../../../../src/protocol/sealed/note.ts';
import { openTestDaemon, type TestPerson } from '../../../helpers/daemon/daemon-people.ts';
import { bytes16 } from '../../../helpers/daemon/store.ts';

const NONE = new Uint8Array(32);

test('a file is listed to both people of its conversation, each with the note they can open, and to nobody else', async (t) => {
  const { context, store, login, daemonId, alice, bob } = await openTestDaemon(t);
  const file = bytes16(9);
  const conversation = privateConversationId(daemonId, alice.card.idFp, bob.card.idFp);
  const row = { file, owner: alice.card.idFp, conversation, size: 10, segSize: 65_536 };
  await store.openFile({ ...row, charge: 4096, quota: 8192 });
  await store.finishFile({ file, sha256: NONE });
  const note = await sealNote(inlineRsa, {
    daemonId,
    identity: alice.identity,
    from: alice.card,
    to: bob.card,
    content: { kind: 'text', text: 'stands for a manifest' },
    life: 0,
    device: 7,
    seq: 1,
    prev: NONE,
    seen: NONE,
    sentAt: 5,
    noteId: bytes16(1),
  });
  await whisper(context, login('alice').session, { to: 'bob', note: note.note, file });
  const list = (who: TestPerson) =>
    files(context, login(who.name as 'alice').session, { conversation: null, before: null });
  for (const me of [alice, bob]) {
    const page = await list(me);
    const [listed] = page.files;
    t.like(listed, { from: 'alice', with: me === alice ? 'bob' : 'alice', size: 10, segSize: 65_536 });
    t.deepEqual(Buffer.from(listed?.file ?? NONE), Buffer.from(file));
    const { content } = await openNote(inlineRsa, listed?.entry.bytes ?? NONE, {
      daemonId,
      me: me.card.idFp,
      keys: [{ ekFp: me.card.ekFp, ...me.encryption }],
      author: alice.card.sigSpki,
      authorName: 'alice',
    });
    t.deepEqual(content, { kind: 'text', text: 'stands for a manifest' });
  }
  const stranger = login('carol').session;
  t.deepEqual(await files(context, stranger, { conversation: null, before: null }), { files: [], more: false });
});
