/** Passwords and passphrases, from a file or typed. */
import { ClientError } from '../../client/errors.ts';
import { readPasswordFile } from '../../client/login/password-file.ts';
import type { AskPassphrase } from '../../client/profile/key-file.ts';
import { isSamePassword, newPasswordProblem, type Secret } from '../../protocol/base/password.ts';
import type { Output } from './output.ts';
import { askPassword, type Terminal } from './prompt.ts';

/** `file`: where the secret is; `-` is standard input. `terminal` returns null when there is nobody to ask. */
type Source = { file: string | undefined; output: Output; terminal(): Terminal | null };

/** Returns the question for the passphrase of a locked profile. It throws ClientError 'usage' for a file that cannot be used. */
export function passphraseQuestion({ file, output, terminal }: Source): AskPassphrase {
  return async (isAgain) => {
    if (file !== undefined) return isAgain ? null : readSecret('passphrase', file, output);
    const asked = terminal();
    if (asked === null) return null;
    if (isAgain) output.warn('the passphrase of the profile is wrong');
    return askPassword(asked, 'passphrase of the profile:');
  };
}

/**
 * Returns a new password or passphrase, from the file or typed twice.
 * @param option the one that names the file
 * @throws ClientError 'usage' if it is not allowed, or there is no terminal to ask on
 */
export async function newSecret(
  secret: Secret,
  question: string,
  option: `--${string}`,
  { file, output, terminal }: Source,
): Promise<string> {
  if (file !== undefined) return allowed(secret, await readSecret(secret, file, output));
  const asked = requireTerminal(secret, option, terminal);
  const text = allowed(secret, await askPassword(asked, question));
  if (!isSamePassword(await askPassword(asked, 'once more:'), text))
    throw new ClientError('usage', `the two ${secret}s differ`);
  return text;
}

/** @throws ClientError 'usage' if `text` is not allowed as a new password or passphrase */
function allowed(secret: Secret, text: string): string {
  const fault = newPasswordProblem(text, secret);
  if (fault !== null) throw new ClientError('usage', fault);
  return text;
}

/** @throws ClientError 'usage' if there is no terminal to ask on */
export function requireTerminal(secret: Secret, option: `--${string}`, terminal: Source['terminal']): Terminal {
  const found = terminal();
  if (found === null)
    throw new ClientError('usage', `a ${secret} is needed: give ${option}, or run this in a terminal`);
  return found;
}

export function readSecret(secret: Secret, file: string, output: Output): Promise<string> {
  return readPasswordFile(file, process.stdin, (text) => output.warn(text), secret);
}
