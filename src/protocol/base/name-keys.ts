/**
 * By what names are compared: two that share a key look alike, and one daemon does not give out both. For comparing only, never shown.
 * The rules: Unicode's confusables (UTS #39) of the name as it is written, in small and in capital letters; and our own folding, which
 * also knows what that table lacks (look-alikes.ts). Case, width, accents, strokes and signs at the ends are no difference.
 */
import { prototypes } from './confusables.ts';
import { foldedLetters, lookAlikeSequences } from './look-alikes.ts';

/** One to four keys. */
export function nameKeys(name: string): string[] {
  const forms = [name, name.toLowerCase(), name.toUpperCase()];
  return [...new Set([nameSkeleton(name), ...forms.map(confusableKey)])];
}

/** The name by our own folding. */
export function nameSkeleton(name: string): string {
  // Small first: the capital ẞ is its own capital, and only the small ß becomes ss.
  const cased = name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return withoutSigns(lettersOf(bare(cased)));
}

/** UTS #39's skeleton, folded further. */
function confusableKey(name: string): string {
  const drawn = Array.from(bare(name).normalize('NFD'), (letter) => prototypes().get(letter) ?? letter).join('');
  // A stroke through a letter is no more of a difference than an accent on it. Other marks are vowels of Indian scripts here.
  const plain = drawn
    .normalize('NFD')
    .replace(/[\u0321-\u0328\u0334-\u0338]/g, '')
    .normalize('NFC');
  return withoutSigns(lettersOf(plain.toLowerCase()));
}

function bare(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u0653-\u0655]/g, '')
    .normalize('NFC');
}

function lettersOf(text: string): string {
  const letters = Array.from(text, (letter) => foldedLetters.get(letter) ?? letter).join('');
  return lookAlikeSequences.reduce((changed, [row, letter]) => changed.replaceAll(row, letter), letters);
}

/** `alice.` and `_alice_` are alice, `a..b` is `a.b`; a name of signs alone stays as it is. */
function withoutSigns(name: string): string {
  const ends = name.replace(/^[._-]+|[._-]+$/g, '').replace(/[._-]{2,}/g, (signs) => signs.slice(0, 1));
  return ends === '' ? name : ends;
}
