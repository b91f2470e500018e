/** The keys of one's own account: exported, checked and renewed. An import comes before a login: it is in the shell only. */
import * as fs from 'node:fs/promises';
import type { Client } from '../../client/api/client-api.ts';
import { ClientError } from '../../client/errors.ts';
import { exportKeyFrom, openContents, readKeyExport } from '../../client/key-export/open-export.ts';
import { Rehearsal } from '../../client/key-export/rehearsal.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import { divide } from '../command-line/parse-line.ts';
import { resolvePath } from '../command-line/typed-paths.ts';
import { exportStrings } from '../text/export-strings.ts';
import { attempted, type CommandFamily, misused, type Result, refused } from './dot-command.ts';

export const keysCommands = {
  '.keys': {
    usage: 'export|check|rotate [FILE]',
    needs: true,
    help: 'write an encrypted copy of your keys to a new file; prove that one restores; make a new key',
    run: keys,
  },
} satisfies CommandFamily;

function keys(_: ChatScope, argument: string): Result | Promise<Result> {
  const [verb, typed] = divide(argument);
  if (verb === 'import') return refused(exportStrings.importInShell);
  if (verb === 'rotate' && typed === '') return { kind: 'key-work', work: { do: 'rotate' } };
  if ((verb !== 'export' && verb !== 'check') || typed === '') return misused;
  const path = resolvePath(typed);
  return attempted(async () => {
    // A file that is no export is named before a secret is typed.
    if (verb === 'check') await readKeyExport(fs, path);
    return { kind: 'key-work', work: { do: verb, path } };
  });
}

/** Resolves with lines for the person: the first says what was done; the 24 words are among them, and nowhere else. */
export async function exportKeys(
  client: Client,
  path: string,
  password: string,
  passphrase: string,
): Promise<string[]> {
  const made = await client.exportKeys({ path, password, passphrase, words: true });
  const words = made.words === null ? [] : [exportStrings.wordsAre, '', ...exportStrings.wordLines(made.words), ''];
  const remarks = [exportStrings.means, ...(made.localKeys ? [exportStrings.onlyCopy] : [])];
  return [exportStrings.made(made), '', ...words, ...remarks, `${exportStrings.tryIt}: .keys check ${path}`];
}

/**
 * Rehearses an export. Resolves with lines for the person.
 * @param secret its passphrase or its 24 words
 * @throws ClientError 'incomplete' when it does not restore everything; and as openContents and Rehearsal.run
 */
export async function checkExport(path: string, secret: string): Promise<string[]> {
  const contents = await openContents(await readKeyExport(fs, path), exportKeyFrom(secret));
  const rehearsal = await Rehearsal.open(contents);
  try {
    const found = await rehearsal.run({});
    if (found.failed.length > 0) throw new ClientError('incomplete', exportStrings.restoresLess(found));
    return [exportStrings.restores(found), ...exportStrings.remarks(found)];
  } finally {
    await rehearsal.close();
  }
}
