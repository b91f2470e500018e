/** The rules for passwords and passphrases, wherever one is made or typed. */

/** What the rules are for: the password of an account, or the passphrase of something on a disk. */
export type Secret = 'password' | 'passphrase';

const MIN_PASSWORD = 8;
/** In UTF-8, for a new password and for a password file. */
export const MAX_PASSWORD_BYTES = 1024;

/** Control and format characters, and others that are invisible. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * Normalizes a password as the OpaqueString profile of RFC 8265, section 4.2: every space becomes U+0020, and the text
 * is NFC. So the same password typed on two systems is equal. Also removes a leading byte order mark.
 */
export function passwordText(typed: string): string {
  return typed
    .replace(/^\ufeff/, '')
    .replace(/\p{Zs}/gu, ' ')
    .normalize('NFC');
}

/** Whether both are equal after normalization. */
export function isSamePassword(one: string, other: string): boolean {
  return passwordText(one) === passwordText(other);
}

export function isPasswordTooShort(password: string): boolean {
  return Array.from(passwordText(password)).length < MIN_PASSWORD;
}

/** @returns why this cannot be a new password or passphrase, as a sentence; null when it can */
export function newPasswordProblem(password: string, secret: Secret = 'password'): string | null {
  const unseen = invisibleCharacter(password);
  if (unseen !== null) return `the ${secret} has ${unseen}: type it by hand, or choose another`;
  if (isPasswordTooShort(password)) return `use ${MIN_PASSWORD} characters or more; a few words are easy to remember`;
  const isLong = Buffer.byteLength(passwordText(password)) > MAX_PASSWORD_BYTES;
  return isLong ? `a ${secret} has at most ${MAX_PASSWORD_BYTES} bytes` : null;
}

/** @returns the first invisible character and its position, without the password; null when there is none */
export function invisibleCharacter(password: string): string | null {
  const letters = Array.from(password);
  const at = letters.findIndex((letter) => invisible.test(letter));
  const code = letters[at]?.codePointAt(0);
  if (code === undefined) return null;
  return `an invisible character (U+${code.toString(16).toUpperCase().padStart(4, '0')}) at place ${at + 1}`;
}
