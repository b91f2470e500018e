/**
 * Ephemeral RSA key pairs (RFC 8017), one for each handshake (docs/PROTOCOL.md, handshake). Making one takes half a second, so a spare
 * one waits in the profile: `spare.key`, mode 0600, sealed with AES-256-GCM. Its file is deleted before the pair is used, so that two
 * links never share one.
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

  /** Starts to load or make a pair, so that `take` does not have to wait. */
  prepare(): void {
    this.#next ??= this.#spareOrNew();
    // `take` returns this promise with its error.
    this.#next.catch(() => {});
  }

  /** Returns a pair that was never used and is given out only once. */
  take(): Promise<KeyPair> {
    const next = this.#next ?? this.#spareOrNew();
    this.#next = null;
    return next;
  }

  /** Makes the spare pair in the background if there is none. */
  makeSpare(): void {
    this.#spare = this.#spare.then(async () => {
      const { fs, dir } = this.#profile;
      if (await fs.stat(join(dir, 'spare.key')).catch(() => null)) return;
      const { spki, pkcs8 } = await this.#rsa.generate();
      const sealed = this.#profile.seal(new Writer().var16(spki).var16(pkcs8).finish(), AAD);
      await replaceDurably(fs, join(dir, 'spare.key'), concat(sealed));
    });
    // Without a spare, as on a full disk, the next start takes half a second longer.
    this.#spare = this.#spare.catch(() => {});
  }

  /** Resolves when `makeSpare` is done. */
  spareMade(): Promise<void> {
    return this.#spare;
  }

  async #spareOrNew(): Promise<KeyPair> {
    return (await this.#claimSpare()) ?? this.#rsa.generate();
  }

  /** Takes the spare pair; null if there is none. The rename gives it to only one of two processes. */
  async #claimSpare(): Promise<KeyPair | null> {
    const { fs, dir, random } = this.#profile;
    const claimed = join(dir, `spare.key.${hex(random(8))}`);
    try {
      await fs.rename(join(dir, 'spare.key'), claimed);
      const sealed = await fs.readFile(claimed);
      await fs.unlink(claimed);
      const reader = new Reader(this.#profile.open(sealed, AAD));
      const pair = { spki: reader.var16(), pkcs8: reader.var16() };
      reader.end();
      return pair;
    } catch {
      return null;
    }
  }
}
