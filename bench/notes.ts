/**
 * Sealing and opening a private message of one chunk and of sixteen (the longest text), on the calling thread. The lower bound is
 * the RSA work that it needs, by node:crypto alone in the same run: to seal, one OAEP encryption for each chunk of both copies and
 * one PSS signature; to open, one OAEP decryption for each chunk of one copy and one PSS verification.
 */

import { CARD_LIFE_MS, type Card, openCard, signCard } from '../src/protocol/account/card.ts';
import { MAX_TEXT_BYTES } from '../src/protocol/base/safe-text.ts';
import { inlineRsa } from '../src/protocol/crypto/rsa-pool.ts';
import { deliveredNote, openNote, parseNote, sealNote } from '../src/protocol/sealed/note.ts';
import { fixtureKey, fixtureSealKey } from '../test/fixtures/keys.ts';
import { bareRsa, cpuOfEach } from './bare-rsa.ts';
import { type Print, ratio } from './report.ts';

const daemonId = new Uint8Array(32).fill(1);

export async function benchNotes(print: Print, quick = false): Promise<void> {
  const [alice, bob] = [await cardOf('alice'), await cardOf('bob')];
  const times = quick ? 20 : 100;
  for (const size of [20, MAX_TEXT_BYTES]) {
    const seal = () =>
      sealNote(inlineRsa, {
        daemonId,
        identity: fixtureKey('alice-identity'),
        from: alice,
        to: bob,
        device: 1,
        seq: 1,
        prev: new Uint8Array(32),
        seen: new Uint8Array(32),
        sentAt: alice.notBefore,
        noteId: new Uint8Array(16).fill(3),
        life: 0,
        content: { kind: 'text', text: 'x'.repeat(size) },
      });
    const { note } = await seal();
    const { header } = parseNote(note);
    const [chunks = 0, own = 0] = header.copies.map((copy) => copy.chunks);
    const delivered = deliveredNote(parseNote(note), 0);
    const pair = fixtureSealKey('bob-encryption');
    const reader = {
      daemonId,
      me: bob.idFp,
      keys: [{ ekFp: bob.ekFp, pkcs8: pair.pkcs8, seed: pair.seed }],
      author: alice.sigSpki,
      authorName: 'alice',
    };
    const work = [
      ['seal', seal, bareRsa(pair, { seal: chunks + own, sign: 1 })],
      ['open', () => openNote(inlineRsa, delivered, reader), bareRsa(pair, { open: chunks, verify: 1 })],
    ] as const;
    for (const [what, do_, limit] of work) {
      const [ms, bare] = [await cpuOfEach(times, do_), await cpuOfEach(times, limit)];
      print(
        `${what} a note of ${chunks} chunks: ${ms.toFixed(2)} ms; bare RSA ${bare.toFixed(2)} ms; ${ratio(ms, bare)}`,
      );
    }
  }
}

async function cardOf(name: 'alice' | 'bob'): Promise<Card> {
  const notBefore = Date.now();
  const life = { cardSeq: 1, notBefore, notAfter: notBefore + CARD_LIFE_MS, prevCardHash: new Uint8Array(32) };
  const { spki: ekSpki, xwingKey } = fixtureSealKey(`${name}-encryption`);
  return openCard(await signCard(inlineRsa, fixtureKey(`${name}-identity`), { name, ekSpki, xwingKey, ...life }));
}

if (import.meta.main) await benchNotes(console.log, process.argv.includes('--quick'));
