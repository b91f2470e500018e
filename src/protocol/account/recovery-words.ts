/** The 24 words that open an export: 32 random bytes with the checksum of BIP 39, in its English list. */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { ProtocolError } from '../base/errors.ts';
import { printable } from '../base/safe-text.ts';

export const WORDS_ENTROPY_BYTES = 32;
const COUNT = 24;

/** @param entropy 32 bytes @returns 24 words, with a space between them */
export function wordsOf(entropy: Uint8Array): string {
  if (entropy.length !== WORDS_ENTROPY_BYTES) throw new RangeError('24 words have 32 bytes');
  return entropyToMnemonic(Uint8Array.from(entropy), wordlist);
}

/**
 * Returns what the words stand for. Capitals, and the space between words, do not matter.
 * @throws ProtocolError 'text' that names the words that are not in the list; or when they are not 24, or their checksum is wrong
 */
export function entropyOf(typed: string): Uint8Array {
  const words = typed
    .normalize('NFKD')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const unknown = words.filter((word) => !wordlist.includes(word));
  if (unknown.length > 0) {
    const quoted = unknown
      .slice(0, 3)
      .map((word) => `"${printable(word).slice(0, 32)}" (word ${words.indexOf(word) + 1})`);
    throw new ProtocolError('text', `not a word of the list: ${quoted.join(', ')}`);
  }
  if (words.length !== COUNT) throw new ProtocolError('text', `there are ${COUNT} words, not ${words.length}`);
  try {
    return mnemonicToEntropy(words.join(' '), wordlist);
  } catch {
    throw new ProtocolError('text', 'the checksum of the words does not fit: look at each word again');
  }
}
