/** Makes many notes for a daemon, which reads only their headers. */

import { openCard } from '../../../src/protocol/account/card.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import type { Content } from '../../../src/protocol/sealed/content.ts';
import { sealNote } from '../../../src/protocol/sealed/note.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { freshCard, testDaemonId } from '../client/client.ts';
import type { PersonName } from './people.ts';

/**
 * Makes the notes of one device in order. It seals the first, and copies it with another id and number for the others.
 */
export async function noteMaker(
  from: PersonName,
  to: PersonName,
  content: Content,
): Promise<(n: number) => Uint8Array> {
  const [mine, theirs] = [openCard(await freshCard(from)), openCard(await freshCard(to))];
  const none = new Uint8Array(32);
  const place = { device: 1, seq: 1, prev: none, seen: none, sentAt: 1, noteId: new Uint8Array(16), life: 0 };
  const identity = fixtureKey(`${from}-identity`);
  const { note } = await sealNote(inlineRsa, {
    daemonId: testDaemonId,
    identity,
    from: mine,
    to: theirs,
    ...place,
    content,
  });
  // Offsets: after version, type and conversation; after both identities and the device.
  const [idAt, seqAt] = [34, 34 + 16 + 64 + 4];
  return (n) => {
    const copy = Buffer.from(note);
    copy.writeUInt32BE(n, idAt);
    copy.writeBigUInt64BE(BigInt(n), seqAt);
    return copy;
  };
}
