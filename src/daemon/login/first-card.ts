/** The first key card of an account. */
import { Refusal } from '../../protocol/base/errors.ts';
import { readCard } from '../accounts/card-directory.ts';
import type { Context } from '../context.ts';

/** How far a client's clock may be ahead. */
const MAX_CLOCK_SKEW_MS = 86_400_000;

/** Checks the first card of a new identity and stores it. @returns its idFp. @throws Refusal 'bad-request' */
export async function putFirstCard(context: Context, name: string, bytes: Uint8Array): Promise<Uint8Array> {
  const card = readCard(bytes);
  const now = context.clock.now();
  if (card.name !== name || card.cardSeq !== 1 || card.prevCardHash.some((byte) => byte !== 0)) {
    throw new Refusal('bad-request', 'this is not the first key card of this name; update securechat');
  }
  if (card.notAfter <= now || card.notBefore > now + MAX_CLOCK_SKEW_MS) {
    throw new Refusal('bad-request', 'the key card is not valid now; set the clock of your machine');
  }
  const { idFp } = card;
  await context.directory.put(bytes, { idFp, name }, context.store);
  return idFp;
}
