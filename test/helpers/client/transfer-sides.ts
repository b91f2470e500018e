/** Alice, who sends files, and Bob, who downloads them, with the daemon's Files between them and no socket. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import type { FilesParts } from '../../../src/daemon/files/files.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import type { Manifest } from '../../../src/protocol/sealed/file.ts';
import { alice, bob, conversation, type FileDaemon, openFileDaemon } from '../daemon/file-daemon.ts';
import { FileWire } from '../daemon/file-wire.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Source, TestTransfers } from './test-transfers.ts';
import { openTransferProfile } from './transfer-profile.ts';

export const segSize = 262_144;
/** More than the daemon's window, and not a multiple of a segment. */
export const BIG = 80 * segSize + 12_345;
/** The conversation of all files in these tests, all sent by Alice. */
export const withBob: Source = {
  kind: 'private',
  id: conversation,
  key: hex(conversation),
  name: '@bob',
  with: 'bob',
  peer: hex(bob.idFp),
  seqOffset: 0,
  author: hex(alice.idFp),
};

type OpenProfile = ReturnType<typeof openTransferProfile>;
export type Receiver = { wire: FileWire; transfers: TestTransfers; profile: OpenProfile };
export type Sender = Receiver & { daemon: FileDaemon; dir: string };

/** Alice's side, with its own daemon and folder. */
export async function sender(t: ExecutionContext, more: Partial<FilesParts> = {}): Promise<Sender> {
  const daemon = await openFileDaemon(t, more);
  const wire = new FileWire(t, daemon);
  const profile = openTransferProfile(t);
  const transfers = new TestTransfers(withBob, { connection: wire, profile, me: alice.idFp });
  return { daemon, dir: await temporaryFolder(t), wire, profile, transfers };
}

/** Bob's side, in another process, with a new profile or that of an earlier process. */
export function receiver(
  t: ExecutionContext,
  daemon: FileDaemon,
  { fs, profile = openTransferProfile(t) }: { fs?: FileSystem; profile?: OpenProfile } = {},
): Receiver {
  const wire = new FileWire(t, daemon, bob.idFp);
  const own = fs === undefined ? profile : { ...profile, fs };
  return { wire, profile, transfers: new TestTransfers(withBob, { connection: wire, profile: own, me: bob.idFp }) };
}

/** A new file of random bytes, `a file.bin`. */
export async function newFile(dir: string, size: number): Promise<{ path: string; bytes: Buffer }> {
  const path = join(dir, 'a file.bin');
  const bytes = randomBytes(size);
  await fs.writeFile(path, bytes);
  return { path, bytes };
}

/** A file that Alice sent and posted. */
export async function sentFile(at: Sender, size: number): Promise<{ manifest: Manifest; bytes: Buffer }> {
  const { path, bytes } = await newFile(at.dir, size);
  const manifest = await at.transfers.upload(withBob, path);
  await at.daemon.list(manifest.fileId);
  return { manifest, bytes };
}

/** Asserts that `doing` fails with this code and sentence. */
export function failsWith(
  t: ExecutionContext,
  doing: Promise<unknown>,
  code: string,
  message: RegExp,
): Promise<unknown> {
  return t.throwsAsync(doing, { instanceOf: ClientError, code, message });
}
