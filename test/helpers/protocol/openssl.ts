import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes files for the openssl command into a temporary folder, and removes it afterwards. */
export function withFiles<T>(files: Record<string, Uint8Array>, run: (path: (name: string) => string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'openssl-'));
  const path = (name: string) => join(dir, name);
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(path(name), bytes);
    return run(path);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** @returns its standard output; throws when it fails */
export function openssl(args: string[], input: Uint8Array = new Uint8Array(0)): Uint8Array {
  return execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'ignore'] });
}

const toNumber = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);

/**
 * The tag of AES-256-GCM (NIST SP 800-38D, section 7.1), computed only with the block cipher of the openssl command.
 */
export function gcmTag(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  const hexKey = Buffer.from(key).toString('hex');
  const block = (input: Uint8Array) => openssl(['enc', '-aes-256-ecb', '-nopad', '-K', hexKey], input);
  const h = toNumber(block(new Uint8Array(16)));
  const times = (x: bigint) => {
    let product = 0n;
    let v = h;
    for (let bit = 127n; bit >= 0n; bit--) {
      if ((x >> bit) & 1n) product ^= v;
      v = v & 1n ? (v >> 1n) ^ (0xe1n << 120n) : v >> 1n;
    }
    return product;
  };
  const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc((16 - (bytes.length % 16)) % 16)]);
  const lengths = Buffer.alloc(16);
  lengths.writeUInt32BE(aad.length * 8, 4);
  lengths.writeUInt32BE(sealed.length * 8, 12);
  const hashed = Buffer.concat([padded(aad), padded(sealed), lengths]);
  let y = 0n;
  for (let at = 0; at < hashed.length; at += 16) y = times(y ^ toNumber(hashed.subarray(at, at + 16)));
  const mask = toNumber(block(Buffer.concat([nonce, Buffer.from([0, 0, 0, 1])])));
  return Buffer.from((y ^ mask).toString(16).padStart(32, '0'), 'hex');
}
