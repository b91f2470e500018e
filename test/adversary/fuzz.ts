/** Seeded mutations of valid samples: flipped bits, cuts, extensions, splices, repeats and changed lengths. */

import type { ExecutionContext } from 'ava';
import { equal, H, hex } from '../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../src/protocol/base/errors.ts';
import { sealedBytes } from '../../src/protocol/crypto/person-seal.ts';
import { inlineRsa, type Rsa } from '../../src/protocol/crypto/rsa-pool.ts';
import { type SeededRandom, seeded } from './seeded.ts';

/** The number of cases for each layer; SECURECHAT_FUZZ_CASES sets another. */
const CASES = Number(process.env.SECURECHAT_FUZZ_CASES ?? 10_000);

/** Whether `bytes`, made from `samples[i]`, were accepted as valid. Throwing a ProtocolError is a refusal. */
type Judge = (bytes: Uint8Array, i: number) => boolean | Promise<boolean>;

/** Fails for the first accepted case, and for any error other than ProtocolError. @param share of all cases */
export async function fuzz(t: ExecutionContext, samples: Uint8Array[], judge: Judge, share = 1): Promise<void> {
  const random = seeded(samples.reduce((seed, { length }) => seed * 31 + length, 7));
  const cases = Math.ceil(CASES * share);
  let refused = 0;
  for (let n = 0; n < cases; n++) {
    const i = random(samples.length);
    const bytes = mutated(samples, i, random);
    if (samples.some((sample) => equal(sample, bytes))) continue;
    try {
      if (await judge(bytes, i)) return t.fail(`accepted, case ${n} of sample ${i}: ${hex(bytes)}`);
      refused += 1;
    } catch (error) {
      if (!(error instanceof ProtocolError)) return t.fail(`${error}, case ${n} of sample ${i}: ${hex(bytes)}`);
      refused += 1;
    }
  }
  t.true(refused > cases / 2, 'the mutations change something');
}

function mutated(samples: Uint8Array[], i: number, random: SeededRandom): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(samples[i] ?? []);
  // Mostly one change, because two may hide each other.
  for (let changes = random(4) === 0 ? 2 : 1; changes > 0; changes--) bytes = changed(bytes, samples, random);
  return bytes;
}

function changed(bytes: Uint8Array, samples: Uint8Array[], random: SeededRandom): Uint8Array {
  const at = random(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + random(random(4) === 0 ? 400 : 8));
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  switch (random(9)) {
    case 0:
      return bytes.map((byte, place) => (place === at ? byte ^ (1 << random(8)) : byte));
    case 1:
      return bytes.map((byte, place) => (place === at ? random(256) : byte));
    case 2:
      return Uint8Array.from(before);
    case 3:
      return Buffer.concat([bytes, Uint8Array.from({ length: 1 + random(40) }, () => random(256))]);
    case 4:
      return Buffer.concat([before, after]);
    case 5:
      return Buffer.concat([before, part, part, after]);
    case 6: {
      const other = samples[random(samples.length)] ?? bytes;
      return Buffer.concat([before, other.subarray(Math.min(at, other.length))]);
    }
    case 7:
      return Buffer.concat([before, Uint8Array.from(part, () => random(2) * 255), after]);
    default: {
      // Bytes that may be a length: one more, one less, zero, or the maximum.
      const copy = Uint8Array.from(bytes);
      const value = ((copy[at] ?? 0) << 8) | (copy[at + 1] ?? 0);
      const length = [value + 1, value - 1, 0, 0xffff][random(4)] ?? 0;
      if (at + 1 < copy.length) copy.set([(length >> 8) & 255, length & 255], at);
      return copy;
    }
  }
}

/** Opens only what was sealed here, without the cost of RSA: the test is about the bytes around it. */
export function cheapRsa(): Rsa {
  const sealed = new Map<string, Uint8Array[]>();
  return {
    ...inlineRsa,
    seal: async (jobs) =>
      jobs.map(({ to, context, chunks }) => {
        const pattern = H('seg', to.ekFp, context, ...chunks);
        const bytes = new Uint8Array(sealedBytes(chunks.length)).map((_, i) => pattern[i % 32] ?? 0);
        sealed.set(hex(bytes), chunks);
        return bytes;
      }),
    open: async (job) => sealed.get(hex(job.sealed)) ?? null,
  };
}
