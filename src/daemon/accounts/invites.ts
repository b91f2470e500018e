/**
 * The codes that open registration in the mode `invite`: invites.txt, one code a line, `#` comments. A code is struck out
 * when it has made an account. The file is read at each use, so what an operator adds works at once.
 */
import { join } from 'node:path';
import type { FileSystem } from '../../platform/file-system.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { MAX_INVITE } from '../../protocol/base/text.ts';
import { readDataFile, replaceDataFile } from '../data/data-file.ts';

/** Shorter ones could be guessed within the limits of registration. */
export const MIN_CODE = 12;

export class Invites {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #mutex = new Mutex();

  constructor(fs: FileSystem, dir: string) {
    this.#fs = fs;
    this.#path = join(dir, 'invites.txt');
  }

  /** One after another: strangers may ask, and each look opens the file. @throws Refusal 'bad-invite'. */
  async check(code: string | null): Promise<void> {
    checkCode(code, await this.#mutex.run(() => this.#lines()));
  }

  /** The numbers of the lines that are no comments and open nothing all the same. */
  async unusableLines(): Promise<number[]> {
    const lines = await this.#lines();
    return lines.flatMap((line, at) => (line === '' || line.startsWith('#') || isUsable(line) ? [] : [at + 1]));
  }

  /**
   * Strikes the code out, durably, and carries out `action`; when that fails the code is put back.
   * @throws Refusal 'bad-invite', and what `action` throws.
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

/** @throws Refusal 'bad-invite', in one sentence for every code that does not open. */
function checkCode(code: string | null, lines: string[]): void {
  if (code === null || code === '')
    throw new Refusal('bad-invite', 'this server takes new accounts by invitation; ask its operator for a code');
  if (!isUsable(code) || !lines.includes(code))
    throw new Refusal('bad-invite', 'this code is not valid, or was used; ask the operator for another');
}

function isUsable(code: string): boolean {
  return code.length >= MIN_CODE && code.length <= MAX_INVITE && !code.startsWith('#') && code === code.trim();
}
