/** The RSA operations alone, by node:crypto with parsed keys: the lower bound that the benches compare with. */
import { constants, createPrivateKey, createPublicKey, privateDecrypt, publicEncrypt, sign, verify } from 'node:crypto';
import type { KeyPair } from '../src/protocol/crypto/rsa.ts';

export type Count = { open?: number; seal?: number; sign?: number; verify?: number };

/** Returns a function that does `count` operations with `pair`. */
export function bareRsa(pair: KeyPair, count: Count): () => void {
  const privateKey = createPrivateKey({ key: Buffer.from(pair.pkcs8), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey({ key: Buffer.from(pair.spki), format: 'der', type: 'spki' });
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const plain = new Uint8Array(32).fill(1);
  const chunk = publicEncrypt({ key: publicKey, ...oaep }, plain);
  const signature = sign('sha256', plain, { key: privateKey, ...pss });
  return () => {
    for (let i = 0; i < (count.open ?? 0); i++) privateDecrypt({ key: privateKey, ...oaep }, chunk);
    for (let i = 0; i < (count.seal ?? 0); i++) publicEncrypt({ key: publicKey, ...oaep }, plain);
    for (let i = 0; i < (count.sign ?? 0); i++) sign('sha256', plain, { key: privateKey, ...pss });
    for (let i = 0; i < (count.verify ?? 0); i++) verify('sha256', plain, { key: publicKey, ...pss }, signature);
  };
}

/** The CPU time of this process for one call, in ms: the mean of `times` calls after a warm-up. */
export async function cpuOfEach(times: number, work: () => unknown): Promise<number> {
  for (let i = 0; i < Math.ceil(times / 5); i++) await work();
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}
