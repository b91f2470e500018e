/** Reads the password or passphrase of a file, as `--password-file` names one. */
import { readFile, stat } from 'node:fs/promises';
import { expandHome } from '../../platform/home.ts';
import { MAX_PASSWORD_BYTES, type Secret } from '../../protocol/base/password.ts';
import { ClientError } from '../errors.ts';

/**
 * Returns the password of a file, without one final newline.
 * @param path `-` reads standard input to its end
 * @param warn called with a sentence when others on this machine can read the file
 * @param secret what the sentences call it
 * @throws ClientError 'usage' when the file cannot be read, or is not one line of UTF-8
 */
export async function readPasswordFile(
  path: string,
  stdin: AsyncIterable<Uint8Array | string>,
  warn: (text: string) => void,
  secret: Secret = 'password',
): Promise<string> {
  const bytes = path === '-' ? await readAll(stdin) : await readChecked(expandHome(path), warn, secret);
  const from = path === '-' ? 'standard input' : path;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    throw new ClientError('usage', `the ${secret} in ${from} is not UTF-8 text`);
  }
  if (text === '') throw new ClientError('usage', `${from} is empty; it must hold the ${secret}`);
  if (bytes.length > MAX_PASSWORD_BYTES || /[\r\n]/.test(text))
    throw new ClientError('usage', `${from} must hold one line of at most ${MAX_PASSWORD_BYTES} bytes`);
  return text;
}

async function readChecked(path: string, warn: (text: string) => void, secret: Secret): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (found.isFile() && (found.mode & 0o077) !== 0)
      warn(`${path} can be read by other users of this machine; run: chmod 600 ${path}`);
    return await readFile(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new ClientError('usage', `the ${secret} file ${path} ${reason}`);
  }
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
