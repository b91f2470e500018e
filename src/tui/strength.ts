/** How hard a password is to guess, roughly: how many kinds of characters, how long, how repeated, how common. */

const common =
  /^(?:password|passwort|qwert[yz]|letmein|welcome|dragon|monkey|football|iloveyou|admin|abc123|secret|azerty|123456|111111|000000|securechat)/i;
export const MIN_PASSWORD = 8;

/** 0 too short, 1 weak, 2 fair, 3 good, 4 strong. */
export function strengthOf(password: string, name: string): 0 | 1 | 2 | 3 | 4 {
  if (Array.from(password).length < MIN_PASSWORD) return 0;
  // What is written twice is guessed once.
  const letters = Array.from(/^(.+?)\1+$/su.exec(password)?.[1] ?? password);
  const pool =
    (/[a-z]/.test(password) ? 26 : 0) +
    (/[A-Z]/.test(password) ? 26 : 0) +
    (/[0-9]/.test(password) ? 10 : 0) +
    (/[^a-zA-Z0-9]/.test(password) ? 33 : 0);
  // A run (aaa, abc, 321) adds one character's worth, however long it is.
  const fresh = letters.filter((letter, i) => {
    const step = (letter.codePointAt(0) ?? 0) - (letters[i - 1]?.codePointAt(0) ?? -9);
    return Math.abs(step) > 1;
  }).length;
  const distinct = new Set(letters).size;
  let bits = Math.min(fresh, distinct * 2) * Math.log2(pool);
  if (common.test(password)) bits -= 30;
  if (name.length > 2 && password.toLowerCase().includes(name.toLowerCase())) bits -= 15;
  return bits < 36 ? 1 : bits < 52 ? 2 : bits < 72 ? 3 : 4;
}
