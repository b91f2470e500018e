/** What a password may be: one rule, wherever one is made or typed. */

const MIN_PASSWORD = 8;
/** UTF-8 bytes, of one that is made or read from a file. */
export const MAX_PASSWORD_BYTES = 1024;

/** Controls, format characters and all else that no eye and no keyboard can tell. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * The same password typed on two systems is the same text, as RFC 8265 has it (OpaqueString): every space is U+0020, letters and their
 * accents are composed. The mark that some editors put before a text is no part of it.
 */
export function passwordText(typed: string): string {
  return typed
    .replace(/^\ufeff/, '')
    .replace(/\p{Zs}/gu, ' ')
    .normalize('NFC');
}

/** Said twice, on whatever keyboards. */
export function isSamePassword(one: string, other: string): boolean {
  return passwordText(one) === passwordText(other);
}

export function isTooShort(password: string): boolean {
  return Array.from(passwordText(password)).length < MIN_PASSWORD;
}

/** Why this cannot be a new password, as a sentence; null: it can. */
export function newPasswordFault(password: string): string | null {
  const unseen = invisibleIn(password);
  if (unseen !== null) return `the password has ${unseen}: type it by hand, or choose another`;
  if (isTooShort(password)) return `use ${MIN_PASSWORD} characters or more; a few words are easy to keep`;
  const isLong = Buffer.byteLength(passwordText(password)) > MAX_PASSWORD_BYTES;
  return isLong ? `a password has at most ${MAX_PASSWORD_BYTES} bytes` : null;
}

/** The first invisible character, named without the password; null: there is none. */
export function invisibleIn(password: string): string | null {
  const letters = Array.from(password);
  const at = letters.findIndex((letter) => invisible.test(letter));
  const code = letters[at]?.codePointAt(0);
  if (code === undefined) return null;
  return `an invisible character (U+${code.toString(16).toUpperCase().padStart(4, '0')}) at place ${at + 1}`;
}
