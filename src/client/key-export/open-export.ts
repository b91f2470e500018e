/** Opens an export with a passphrase or with the 24 words. */
import type { FileSystem } from '../../platform/file-system.ts';
import { type ExportContents, parseExportContents } from '../../protocol/account/export-contents.ts';
import { type KeyExport, openKeyExport, parseKeyExport } from '../../protocol/account/key-export.ts';
import { entropyOf } from '../../protocol/account/recovery-words.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { ClientError } from '../errors.ts';
import { readExportFile } from './export-file.ts';

/** What a person opens an export with. */
export type ExportKey = { passphrase: string } | { words: string };

/** No passphrase has as many words. */
const MANY_WORDS = 18;

/** What a person typed: the passphrase, or the 24 words, of which a few may be missing. */
export function exportKeyFrom(typed: string): ExportKey {
  return typed.trim().split(/\s+/).length >= MANY_WORDS ? { words: typed } : { passphrase: typed };
}

/** Reads and checks a file, before anything is asked. @throws ClientError 'usage', 'refused' when it is damaged or no export, 'version' */
export async function readKeyExport(fs: FileSystem, path: string): Promise<KeyExport> {
  const bytes = await readExportFile(fs, path);
  return withClientErrors(() => parseKeyExport(bytes));
}

/**
 * @throws ClientError 'refused' when the passphrase or the words are of another export, or the file was forged; 'usage' for words that
 *   are mistyped; 'version'
 */
export async function openContents(file: KeyExport, key: ExportKey): Promise<ExportContents> {
  const isPassphrase = 'passphrase' in key;
  if (!file.opensBy[isPassphrase ? 'passphrase' : 'words'])
    throw new ClientError(
      'refused',
      isPassphrase
        ? 'this export has no passphrase; its 24 words open it'
        : 'this export has no words; its passphrase opens it',
    );
  const secret = isPassphrase ? { passphrase: key.passphrase } : { entropy: entropyFrom(key.words) };
  const body = await withClientErrors(() => openKeyExport(file, secret));
  if (body === null)
    throw new ClientError(
      'refused',
      isPassphrase
        ? 'the passphrase does not open this export'
        : 'these words do not open this export: they are of another one',
    );
  return withClientErrors(() => parseExportContents(body));
}

function entropyFrom(words: string): Uint8Array {
  try {
    return entropyOf(words);
  } catch (error) {
    throw error instanceof ProtocolError ? new ClientError('usage', error.message) : error;
  }
}

/** @throws ClientError instead of a ProtocolError */
async function withClientErrors<T>(open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ClientError(error.code === 'version' ? 'version' : 'refused', error.message);
  }
}
