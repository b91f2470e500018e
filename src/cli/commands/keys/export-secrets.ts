/**
 * Folder `keys`: the commands that export, check, import and renew the keys of an account; they know no messages and no files.
 * What opens an export: a passphrase or 24 words, from a file or typed.
 */
import * as fs from 'node:fs/promises';
import type { Argv } from 'yargs';
import { ClientError } from '../../../client/errors.ts';
import { type ExportKey, exportKeyFrom, openContents, readKeyExport } from '../../../client/key-export/open-export.ts';
import { expandHome } from '../../../platform/home.ts';
import type { ExportContents } from '../../../protocol/account/export-contents.ts';
import type { KeyExport } from '../../../protocol/account/key-export.ts';
import { type Arguments, textOption } from '../../command.ts';
import { askPassword } from '../../console/prompt.ts';
import { readSecret } from '../../console/secret-questions.ts';
import type { Shell } from '../../console/shell.ts';

/** What a file with words may hold at most, in bytes. */
const MAX_WORDS_BYTES = 4096;

/** Options of a command that opens an export. */
export function openingOptions(yargs: Argv): Argv {
  return yargs
    .option('passphrase-file', {
      type: 'string',
      requiresArg: true,
      describe: 'read the passphrase of the export from this file',
    })
    .option('words-file', { type: 'string', requiresArg: true, describe: 'read the 24 words from this file' })
    .conflicts('passphrase-file', 'words-file');
}

/**
 * Opens an export with the passphrase or the words, from a file or typed.
 * @throws ClientError 'usage', 'refused', 'version' as readKeyExport and openContents
 */
export async function openExport(shell: Shell, args: Arguments, path: string): Promise<ExportContents> {
  const file = await readKeyExport(fs, expandHome(path));
  return openContents(file, await exportKey(shell, args, file));
}

async function exportKey(shell: Shell, args: Arguments, { opensBy }: KeyExport): Promise<ExportKey> {
  const [passphraseFile, wordsFile] = [textOption(args, 'passphraseFile'), textOption(args, 'wordsFile')];
  if (passphraseFile !== undefined) return { passphrase: await readSecret('passphrase', passphraseFile, shell.output) };
  if (wordsFile !== undefined) return { words: await readWords(wordsFile) };
  const terminal = shell.terminal();
  if (terminal === null)
    throw new ClientError(
      'usage',
      'the passphrase of the export is needed: give --passphrase-file or --words-file, or run this in a terminal',
    );
  const or = opensBy.passphrase && opensBy.words ? ', or its 24 words' : '';
  const question = opensBy.passphrase ? `passphrase of the export${or}:` : 'the 24 words of the export:';
  return exportKeyFrom(await askPassword(terminal, question));
}

async function readWords(path: string): Promise<string> {
  const bytes = await fs.readFile(expandHome(path)).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new ClientError('usage', `the file with the words ${path} ${reason}`);
  });
  if (bytes.length > MAX_WORDS_BYTES) throw new ClientError('usage', `${path} holds more than 24 words`);
  return bytes.toString('utf8');
}
