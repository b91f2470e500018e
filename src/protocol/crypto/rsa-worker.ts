/** Worker: runs the operations of rsa-pool.ts. */
import { openSecrets } from './link-secrets.ts';
import { type OpenJob, openSealed, type SealJob, sealToPerson } from './person-seal.ts';
import { sign as signHash } from './rsa.ts';

export { openSecrets };

/** null where nothing can be sealed to the key; tries all. @throws RangeError for a plain chunk that is not full */
export function seal(jobs: SealJob[]): (Uint8Array | null)[] {
  return jobs.map((job) => {
    try {
      return sealToPerson(job);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      return null;
    }
  });
}

/** null when it does not open. */
export function open(job: OpenJob): Uint8Array[] | null {
  try {
    return openSealed(job);
  } catch {
    return null;
  }
}

export function sign({ pkcs8, hash }: { pkcs8: Uint8Array; hash: Uint8Array }): Uint8Array {
  return signHash(pkcs8, hash);
}
