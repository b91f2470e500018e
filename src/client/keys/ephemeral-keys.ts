/**
 * The key pair of one handshake. Making one takes half a second, so one spare lies in the profile (`spare.key`, 0600, sealed):
 * it is unlinked before it is used, so that no two links ever share one, and made anew after each connect.
 */
import { join } from 'node:path';
import { replaceDurably } from '../../platform/durable-write.ts';
import { concat, hex, Reader, utf8, Writer } from '../../protocol/base/bytes.ts';
import type { KeyPair } from '../../protocol/crypto/rsa.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import type { Profile } from '../profile/profile.ts';

const AAD = utf8('spare');

export class EphemeralKeys {
  readonly #profile: Profile;
  readonly #rsa: Rsa;
  #next: Promise<KeyPair> | null = null;
  #spare: Promise<void> = Promise.resolve();

  constructor(profile: Profile, rsa: Rsa) {
    this.#profile = profile;
    this.#rsa = rsa;
  }

  /** Begins now, so that take() need not wait: while the person types, say. */
  prepare(): void {
    this.#next ??= this.#spareOrNew();
    // Whoever takes it hears of a failure.
    this.#next.catch(() => {});
  }

  /** A pair that was never used and is given to nobody else. */
  take(): Promise<KeyPair> {
    const next = this.#next ?? this.#spareOrNew();
    this.#next = null;
    return next;
  }

  /** Makes the spare in the background unless there is one. */
  makeSpare(): void {
    this.#spare = this.#spare.then(async () => {
      const { fs, dir } = this.#profile;
      if (await fs.stat(join(dir, 'spare.key')).catch(() => null)) return;
      const { spki, pkcs8 } = await this.#rsa.generate();
      const sealed = this.#profile.seal(new Writer().var16(spki).var16(pkcs8).finish(), AAD);
      await replaceDurably(fs, join(dir, 'spare.key'), concat(sealed));
    });
    // A full disk costs the next start half a second, nothing more.
    this.#spare = this.#spare.catch(() => {});
  }

  /** Resolves when the spare is there. */
  spareMade(): Promise<void> {
    return this.#spare;
  }

  async #spareOrNew(): Promise<KeyPair> {
    return (await this.#claimSpare()) ?? this.#rsa.generate();
  }

  /** Of two processes, the rename gives it to one. */
  async #claimSpare(): Promise<KeyPair | null> {
    const { fs, dir, random } = this.#profile;
    const mine = join(dir, `spare.key.${hex(random(8))}`);
    try {
      await fs.rename(join(dir, 'spare.key'), mine);
      const sealed = await fs.readFile(mine);
      await fs.unlink(mine);
      const reader = new Reader(this.#profile.open(sealed, AAD));
      const pair = { spki: reader.var16(), pkcs8: reader.var16() };
      reader.end();
      return pair;
    } catch {
      return null;
    }
  }
}
