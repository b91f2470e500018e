/**
 * Keys that tell whether two names look alike. A daemon refuses a new name that shares a key with an existing one. The
 * keys come from the skeleton of UTS #39, section 4, of the name in its own, in small and in capital letters, and from
 * our own folding of what that table lacks (look-alikes.ts). Case, width, accents, strokes and leading or trailing
 * signs make no difference. Never show a key.
 */
import { confusablePrototypes } from './confusables.ts';
import { foldedLetters, lookAlikeSequences } from './look-alikes.ts';

/** One to four keys. */
export function nameKeys(name: string): string[] {
  const forms = [name, name.toLowerCase(), name.toUpperCase()];
  return [...new Set([nameSkeleton(name), ...forms.map(confusableKey)])];
}

/** The name by our own folding. */
export function nameSkeleton(name: string): string {
  // Lower case first: the capital ẞ is its own upper case, and only the small ß becomes ss.
  const cased = name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return withoutSigns(lettersOf(bare(cased)));
}

/** The skeleton of UTS #39, folded further. */
function confusableKey(name: string): string {
  const drawn = Array.from(bare(name).normalize('NFD'), (letter) => confusablePrototypes().get(letter) ?? letter).join(
    '',
  );
  // A stroke distinguishes no more than an accent does. Other marks here are vowels of Indian scripts and stay.
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

/** `alice.` and `_alice_` become `alice`, `a..b` becomes `a.b`. A name of signs alone stays. */
function withoutSigns(name: string): string {
  const ends = name.replace(/^[._-]+|[._-]+$/g, '').replace(/[._-]{2,}/g, (signs) => signs.slice(0, 1));
  return ends === '' ? name : ends;
}
