/** Estimates how hard a password is to guess: by kinds of characters, length, repetition and common words. */
import { isPasswordTooShort } from '../../protocol/base/password.ts';

/** Common passwords, without digits and signs around them. */
const common = new Set(
  `password passwort passwd pass letmein welcome willkommen dragon monkey football baseball soccer hockey basketball
  iloveyou ichliebedich loveyou lovely love admin administrator root user login guest master secret hunter shadow sunshine
  princess superman batman michael michelle jennifer jordan thomas daniel andrew robert charlie george ashley jessica
  nicole hannah matthew joshua anthony amanda maggie ginger pepper buster tigger cookie cheese banana orange chocolate
  summer winter spring autumn sommer london berlin liverpool arsenal chelsea barcelona ferrari mercedes corvette mustang
  harley yamaha ranger killer hello hallo hallihallo trustno whatever freedom starwars pokemon naruto computer internet
  google facebook samsung azerty changeme default test testing qazwsx zaqwsx asdf access flower angel babygirl schatz
  matrix phoenix silver golden purple secure securechat chat server`.split(/\s+/),
);
/** Neighbours in one of these rows make a run. */
const rows = ['1234567890', 'qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm'];
const disguises: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};
/** Bits for a common word, however it is disguised. */
const WORD_BITS = 9;

/** 0 too short, 1 weak, 2 fair, 3 good, 4 strong. */
export function strengthOf(password: string, name: string): 0 | 1 | 2 | 3 | 4 {
  if (isPasswordTooShort(password)) return 0;
  // More characters make it no stronger than strong.
  const bits = bitsOf(password.slice(0, 128), name.toLowerCase());
  return bits < 36 ? 1 : bits < 52 ? 2 : bits < 72 ? 3 : 4;
}

function bitsOf(password: string, name: string): number {
  // A repeated part counts once.
  const once = password.replace(/(.+?)\1+/gu, (all, unit: string) => (unit.length === 1 ? all : unit));
  const { rest, words } = withoutWords(once, name);
  const pool =
    (/[a-z]/.test(rest) ? 26 : 0) +
    (/[A-Z]/.test(rest) ? 26 : 0) +
    (/[0-9]/.test(rest) ? 10 : 0) +
    (/[^a-zA-Z0-9]/.test(rest) ? 33 : 0);
  const letters = Array.from(rest);
  const fresh = letters.filter((letter, at) => !goesOn(letters[at - 1] ?? '', letter)).length;
  const distinct = new Set(letters).size;
  return words * WORD_BITS + Math.min(fresh, distinct * 2) * Math.log2(Math.max(2, pool));
}

/** The rest without common words and the person's own name, and how many words were removed. */
function withoutWords(password: string, name: string): { rest: string; words: number } {
  const plain = Array.from(password.toLowerCase(), (letter) => disguises[letter] ?? letter).join('');
  const spelled = password.toLowerCase();
  let rest = '';
  let words = 0;
  for (let at = 0; at < password.length; ) {
    const size = Math.max(wordAt(plain, at, name), wordAt(spelled, at, name));
    if (size > 0) words++;
    else rest += password[at];
    at += size || 1;
  }
  return { rest, words };
}

/** The length of the longest known word that starts at `at`; 0 for none. */
function wordAt(text: string, at: number, name: string): number {
  for (let size = Math.min(16, text.length - at); size > 3; size--) {
    if (common.has(text.slice(at, at + size))) return size;
  }
  return name.length > 2 && text.startsWith(name, at) ? name.length : 0;
}

/** A run (aaa, abc, 321, asdf) adds one character's worth, however long it is. */
function goesOn(before: string, letter: string): boolean {
  if (before === '') return false;
  if (Math.abs((letter.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0)) <= 1) return true;
  const [a, b] = [before.toLowerCase(), letter.toLowerCase()];
  return rows.some((row) => row.includes(a + b) || row.includes(b + a));
}
