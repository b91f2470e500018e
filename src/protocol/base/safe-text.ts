/**
 * Rules for names, file names, reactions and printable text. All text from others passes through here before it is
 * shown.
 */
import { latinLookAlikes, nameScripts } from './look-alikes.ts';

/** Most UTF-8 bytes of a message's text. */
export const MAX_TEXT_BYTES = 4096;
/** Most code points of a name. */
const MAX_NAME = 32;
/** Most UTF-16 units of an invitation code. */
export const MAX_INVITE = 64;
/** Most UTF-16 units of the name of a device. */
export const MAX_DEVICE_NAME = 64;
export const LOBBY = '#lobby';

/**
 * Whether `s` may be a name: 1 to 32 letters of one script, ASCII digits and `._-`, in NFKC. It begins with a letter, a
 * digit or `_`, so it is never an option, a command or a hidden file. A name in another script must not look Latin.
 */
export function isName(s: string): boolean {
  return nameProblem(s) === null;
}

/** The rule that a name breaks. */
type NameProblem = 'length' | 'start' | 'characters' | 'scripts' | 'look-alike';

/** @returns why `s` cannot be a name, or null when it can */
export function nameProblem(s: string): NameProblem | null {
  if (s.length > 2 * MAX_NAME || [...s].length > MAX_NAME) return 'length';
  if (/^[.-]/.test(s)) return 'start';
  if (!/^[\p{L}\p{M}0-9._-]+$/u.test(s) || s !== s.normalize('NFKC') || /^\p{M}|\p{M}{3}/u.test(s)) return 'characters';
  if (!nameScripts.some((letters) => letters.test(s))) return 'scripts';
  const foreign = [...s].filter((letter) => !/[a-zA-Z0-9._-]/.test(letter));
  return foreign.length > 0 && foreign.every((letter) => latinLookAlikes.has(letter)) ? 'look-alike' : null;
}

/** Letters that ZWJ and ZWNJ may join, of scripts that need them for correct spelling. */
const joining =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const picture = /^\p{Extended_Pictographic}$/u;
/** A skin tone or the selector of the coloured form may follow a picture before the joiner. */
const modifier = /[\ufe0f\u{1f3fb}-\u{1f3ff}]/u;
/**
 * The flags of England, Scotland and Wales: a black flag and tag letters (RGI set of UTS #51). Other tag sequences
 * could hide text.
 */
const flag = /(\p{RGI_Emoji_Tag_Sequence})/v;
const mark = /[\p{Mn}\p{Me}]/u;
/**
 * Controls, escapes, bidi marks, lone surrogates, private, unassigned and invisible characters, tag letters, fillers.
 */
const unprintable = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const joiner = /\u200c|\u200d|\ufe0e|\ufe0f/u;
const space = /\p{Zs}/u;
/** General accents, which can be stacked without limit. No language puts more than three on a letter. */
const accent = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/;
const MAX_ACCENTS = 3;
/** All marks on one letter. Burmese and Tibetan use up to seven, Arabic and Hebrew up to five. */
const MAX_MARKS = 8;
/** A zero-width space between letters, which marks a line break in Khmer, Thai and Burmese. It shows as nothing. */
const softBreak = /(?<=[\p{L}\p{M}\p{N}])\u200b(?=[\p{L}\p{N}])/gu;
const REPLACED = '\ufffd';

/**
 * Text that is safe to show in a terminal: it cannot move the cursor, change colours or the writing direction, hide
 * text, or stack accents. Removed characters become U+FFFD; a zero-width space between letters vanishes. Tabs become
 * four spaces; line breaks stay with `lines` and become spaces otherwise. Emoji sequences stay whole. Only for display:
 * sent and stored text is never changed. `printable(printable(s)) === printable(s)`.
 */
export function printable(s: string, o: { lines?: boolean } = {}): string {
  if (/^[ -~]*$/.test(s)) return s;
  const parts = s.toWellFormed().replaceAll('\r\n', '\n').replace(softBreak, '').normalize('NFC').split(flag);
  const letters = parts.flatMap((part, i) => (i % 2 === 1 ? [part] : [...part]));
  const out: string[] = [];
  let pile = new Pile();
  letters.forEach((letter, i) => {
    if (mark.test(letter) && !unprintable.test(letter)) {
      if (out.length === 0 || out.at(-1) === '\n') out.push(REPLACED);
      else out.push(pile.take(letter));
      return;
    }
    if (!joiner.test(letter)) pile = new Pile();
    if (letter === '\n') out.push(o.lines ? '\n' : ' ');
    else if (letter === '\t') out.push(' ', ' ', ' ', ' ');
    else if (joiner.test(letter)) out.push(mayStay(letter, out, letters[i + 1] ?? '') ? letter : REPLACED);
    else if (unprintable.test(letter) && !flag.test(letter)) out.push(REPLACED);
    else out.push(space.test(letter) ? ' ' : letter);
  });
  return out.join('');
}

/** Counts the marks on one letter. From the first one too many they are all dropped, and one U+FFFD replaces them. */
class Pile {
  #marks = 0;
  #accents = 0;
  #cut = false;

  take(letter: string): string {
    if (this.#cut) return '';
    this.#marks++;
    if (accent.test(letter)) this.#accents++;
    this.#cut = this.#marks > MAX_MARKS || this.#accents > MAX_ACCENTS;
    return this.#cut ? REPLACED : letter;
  }
}

/** A joiner may stand only between letters or pictures that it joins, a variation selector only after an emoji. */
function mayStay(letter: string, before: string[], next: string): boolean {
  const last = before.at(-1) ?? '';
  if (letter === '\ufe0e' || letter === '\ufe0f') return /^\p{Emoji}$/u.test(last);
  if (joining.test(last)) return joining.test(next) && /\p{L}/u.test(next);
  if (letter === '\u200c') return false;
  return (
    picture.test(before.findLast((each) => !modifier.test(each)) ?? '') && picture.test(next) && !unprintable.test(next)
  );
}

/** Created at the first call: V8 needs 20 ms for the table of sequences, in every program and thread. */
let emoji: RegExp | undefined;

/** Whether `s` may be a reaction. It depends on the reader's Unicode version, so never refuse a received one. */
export function isEmoji(s: string): boolean {
  emoji ??= /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\ufe0f?)$/v;
  return emoji.test(s);
}

const MAX_FILE_NAME_BYTES = 240;
const MAX_EXTENSION_BYTES = 32;
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\s*(?:\.|$))/i;

/**
 * A safe file name from a stranger's text, on every system: the last part of a path, printable, without characters that
 * Windows forbids, not hidden, not an option, not a device, not ending in a dot or a space; never empty. At most 240
 * bytes of UTF-8, which leaves room for `.part` and ` (2)`. Keeps the extension.
 */
export function safeFileName(s: string): string {
  const shown = printable(s.replace(/[<>:"|?*]/g, '_'));
  const last = shown.split(/[/\\]/).findLast((part) => /[^. ]/.test(part)) ?? '';
  const plain = last
    .replaceAll(REPLACED, '_')
    .replace(/ +/g, ' ')
    .replace(/^[ .~\-\p{M}]+/u, '')
    .replace(/[ .]+$/, '');
  return shorten(reserved.test(plain) ? `_${plain}` : plain) || 'file';
}

/** Shortens the part before the extension, at a boundary between grapheme clusters. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_FILE_NAME_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && Buffer.byteLength(name.slice(dot)) <= MAX_EXTENSION_BYTES ? name.slice(dot) : '';
  const room = MAX_FILE_NAME_BYTES - Buffer.byteLength(extension);
  let stem = '';
  for (const { segment } of new Intl.Segmenter('en').segment(name.slice(0, name.length - extension.length))) {
    if (Buffer.byteLength(stem + segment) > room) break;
    stem += segment;
  }
  return stem.replace(/(?: |\.|\u200c|\u200d)+$/, '') + extension;
}
