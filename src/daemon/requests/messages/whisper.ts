/** Folder `requests/messages`: notes, room messages, and read and delivered marks; it cannot read what is sealed. */
import { equal } from '../../../protocol/base/bytes.ts';
import { Refusal } from '../../../protocol/base/errors.ts';
import { deliveredNote, parseNote, privateConversationId } from '../../../protocol/sealed/note.ts';
import { encodeEvent } from '../../../protocol/wire/codec.ts';
import type { Entry } from '../../../protocol/wire/fields.ts';
import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';
import type { Person } from '../../store/store.ts';

/** Posts a note. Does not wait before it calls the store, so that notes of one device keep their order. */
export const whisper: Handler<'whisper'> = async (context, session, { to: name, note: bytes, file }) => {
  const { store, feed, accounts, directory, identity, config, defer } = context;
  const from = personOf(session);
  const to = recipient(accounts.find(name));
  const note = parseNote(bytes);
  const { header } = note;
  const { conversation, noteId, device, seq: n, copies } = header;
  if (!equal(header.from, from.idFp) || !equal(header.to, to.idFp)) {
    throw new Refusal('stale-card', 'the note is from or to another identity: fetch the cards and seal again');
  }
  const sides = equal(from.idFp, to.idFp) ? [to] : [to, from];
  if (
    !equal(conversation, privateConversationId(identity.daemonId, from.idFp, to.idFp)) ||
    copies.length !== sides.length
  ) {
    throw new Refusal('bad-request', 'the note does not belong to this conversation: seal it again');
  }
  const stale = sides.some(({ idFp }, side) => !sameKey(directory.newest(idFp)?.ekFp, copies[side]?.ekFp));
  const quota = config.messageQuota;
  const entry = { conversation, author: from, to, id: noteId, device, n, bytes, file, quota, stale };
  const { seq, at, duplicate } = await store.appendNote(entry);
  if (!duplicate) {
    const send = (who: Person, other: Person, copy: 0 | 1) => {
      const own: Entry = { seq, at, kind: 'note', from: from.name, bytes: deliveredNote(note, copy), file, keys: [] };
      feed.sendTo(who.name, encodeEvent('posted', { conversation, with: other.name, entry: own }));
    };
    const deliver = () => {
      send(to, from, 0);
      if (sides.length > 1) send(from, to, 1);
    };
    feed.post(conversation, seq, deliver, defer);
  }
  return { seq, at };
};

function recipient(account: { name: string; idFp: Uint8Array | null }): Person {
  if (account.idFp === null) {
    throw new Refusal('no-keys-yet', `${account.name} has no keys yet: they are made at the next login`);
  }
  return { idFp: account.idFp, name: account.name };
}

function sameKey(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && equal(a, b);
}
