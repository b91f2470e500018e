/** The part of a profile that transfers use, in memory. */
import { createHash } from 'node:crypto';
import * as nodeFs from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { ExecutionContext } from 'ava';
import type { Row } from '../../../src/client/profile/profile-db.ts';
import { transferTables } from '../../../src/client/profile/transfer-schema.ts';
import type { TransferProfile } from '../../../src/client/transfers/transfer-store.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { systemRandom } from '../../../src/platform/random.ts';

export function openTransferProfile(
  t: ExecutionContext,
  fs: FileSystem = nodeFs as FileSystem,
): TransferProfile & { fs: FileSystem } {
  const db = new DatabaseSync(':memory:');
  t.teardown(() => db.close());
  for (const table of transferTables) db.exec(table);
  return {
    fs,
    random: systemRandom,
    db: {
      all: async (sql, params = []) => db.prepare(sql).all(...params) as Row[],
      run: async (sql, params = []) => ({ changes: Number(db.prepare(sql).run(...params).changes) }),
    },
    // Not secret, but bound to its place, and never the plain bytes.
    seal: (bytes, aad) => mask(bytes, aad),
    open: (bytes, aad) => mask(bytes, aad),
  };
}

function mask(bytes: Uint8Array, aad: Uint8Array): Uint8Array {
  const pad = createHash('sha256').update(aad).digest();
  return bytes.map((byte, index) => byte ^ (pad[index % pad.length] ?? 0));
}
