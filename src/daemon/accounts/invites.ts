/**
 * Invitation codes for the registration mode `invite`: invites.txt, one code a line, `#` comments. A code is removed
 * once it has made an account. The file is read at each use, so new codes work at once.
 */
import { join } from 'node:path';
import type { FileSystem } from '../../platform/file-system.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { MAX_INVITE } from '../../protocol/base/safe-text.ts';
import { readDataFile, replaceDataFile } from '../data/data-file.ts';

/** Shorter codes could be guessed within the rate limits of registration. */
export const MIN_CODE = 12;

export class Invites {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #mutex = new Mutex();

  constructor(fs: FileSystem, dir: string) {
    this.#fs = fs;
    this.#path = join(dir, 'invites.txt');
  }

  /** Runs one check at a time, since anybody may ask and each check opens the file. @throws Refusal 'bad-invite' */
  async check(code: string | null): Promise<void> {
    checkCode(code, await this.#mutex.run(() => this.#lines()));
  }

  /** The numbers of lines that are neither comments nor usable codes. */
  async unusableLines(): Promise<number[]> {
    const lines = await this.#lines();
    return lines.flatMap((line, at) => (line === '' || line.startsWith('#') || isUsable(line) ? [] : [at + 1]));
  }

  /**
   * Removes the code durably, then runs `action`; puts the code back when that fails.
   * @throws Refusal 'bad-invite', and what `action` throws
   */
  spend<T>(code: string | null, action: () => Promise<T>): Promise<T> {
    return this.#mutex.run(async () => {
      const lines = await this.#lines();
      checkCode(code, lines);
      await this.#replace(lines.filter((line) => line !== code));
      try {
        return await action();
      } catch (error) {
        await this.#replace(lines);
        throw error;
      }
    });
  }

  async #lines(): Promise<string[]> {
    const bytes = await readDataFile(this.#fs, this.#path);
    if (bytes === null) return [];
    const text = new TextDecoder().decode(bytes);
    return text.split('\n').map((line) => line.trim());
  }

  #replace(lines: string[]): Promise<void> {
    return replaceDataFile(this.#fs, this.#path, new TextEncoder().encode(lines.join('\n')));
  }
}

/** @throws Refusal 'bad-invite', with the same sentence for every code that is not valid */
function checkCode(code: string | null, lines: string[]): void {
  if (code === null || code === '')
    throw new Refusal('bad-invite', 'this server takes new accounts by invitation; ask its operator for a code');
  if (!isUsable(code) || !lines.includes(code))
    throw new Refusal('bad-invite', 'this code is not valid, or was used; ask the operator for another');
}

function isUsable(code: string): boolean {
  return code.length >= MIN_CODE && code.length <= MAX_INVITE && !code.startsWith('#') && code === code.trim();
}
