/** Exports of a signed-in account, made and opened as a person would. */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { MadeExport } from '../../../src/client/export-types.ts';
import { makeExport } from '../../../src/client/key-export/make-export.ts';
import { openContents, readKeyExport } from '../../../src/client/key-export/open-export.ts';
import type { SignedIn } from '../../../src/client/login/sign-in.ts';
import type { ExportContents } from '../../../src/protocol/account/export-contents.ts';
import { fastOpaque } from '../protocol/fast-opaque.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { rsaInTurn } from './sign-in.ts';

export const passphrase = 'correct horse battery';

/** Cryptography on this thread, whose next RSA pair is one that Alice never had. */
export const quick = {
  opaque: fastOpaque,
  rsa: rsaInTurn('bob-encryption'),
};

/** Exports the keys of `me`, with the password `secret` unless another is given. */
export async function exported(
  t: ExecutionContext,
  me: SignedIn,
  password = 'secret',
): Promise<MadeExport & { contents: ExportContents }> {
  const path = join(await temporaryFolder(t), 'alice.scx');
  const made = await makeExport(me, { path, password, passphrase, words: true });
  return { ...made, contents: await openContents(await readKeyExport(fs, path), { passphrase }) };
}
