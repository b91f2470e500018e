/** Sentences about exports of the keys, for the shell and the screen. */
import type { CheckedExport, ImportedExport, MadeExport } from '../../client/export-types.ts';
import { utcDay } from '../../platform/clock.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import { counted } from './format.ts';

const quoted = (names: readonly string[]) => names.map((name) => printable(name)).join(', ');

export const exportStrings = {
  /** What an export is, before it is made. */
  means:
    'anyone who has the export and its passphrase or words can use the account and replace its password: keep them apart, and not on this machine',
  wordsAre:
    'these 24 words open the export like its passphrase; write them down on paper, they are shown only now and stored nowhere:',
  /** Four lines of six words. */
  wordLines(words: string): string[] {
    const list = words.split(' ');
    return [0, 6, 12, 18].map((from) => list.slice(from, from + 6).join(' '));
  },
  made: ({ path, people, deviceName }: MadeExport) =>
    `${printable(path)}: your keys and ${counted(people, 'pinned person', 'pinned people')}; in the list of devices it is "${printable(deviceName)}"`,
  onlyCopy:
    'the server has no copy of these keys: without this machine, the export is the only one. Make a new one after each keys rotate',
  tryIt: 'keys check proves that it restores',
  whole: ({ name, madeAt }: { name: string; madeAt: number }) =>
    `the export is whole: the keys of ${printable(name)}, of ${utcDay(madeAt)}`,
  restores: ({ conversations, messages }: CheckedExport) =>
    `this export restores ${counted(conversations, 'conversation')}, ${counted(messages, 'message')}; your live keys were not touched`,
  restoresLess: ({ conversations, failed, renewedSince }: CheckedExport) =>
    `this export restores ${conversations - failed.length} of ${counted(conversations, 'conversation')}: the newest message does not open in ${quoted(failed)}${renewedSince ? '; the account has a newer key than the export: make another export' : ''}; your live keys were not touched`,
  /** What an export that restores everything lacks all the same, or could not try. */
  remarks: ({ changed, renewedSince }: CheckedExport): string[] => [
    ...(changed.length > 0
      ? [`not tried: the key of ${quoted(changed)} is another one than the one you trust; compare it first`]
      : []),
    ...(renewedSince ? ['the account has a newer key than this export: make another export'] : []),
  ],
  unreachable: (reason: string) => `nothing more was tried: ${reason}`,
  imported: ({ name, server, people }: ImportedExport) =>
    `${printable(name)} at ${printable(server)} is restored, with ${counted(people, 'pinned person', 'pinned people')}; your other devices are told about this one`,
  needsPassword: ({ name, server }: ImportedExport) =>
    `the keys of ${printable(name)} at ${printable(server)} are restored; log in with the password once`,
  needsNewest: ({ name }: ImportedExport) =>
    `the account has a newer key than this export: log in as ${printable(name)} with the password once to get it`,
  importInShell: 'an import comes before the login: leave, and run securechat keys import FILE in the shell',
  afterRotation: 'your other devices need the password at their next login; make a new export of the keys',
  rotated: 'your contacts seal to a new key from now on; the old one stays, to read what was sealed to it',
  titles: { export: 'Export the keys', check: 'Check an export', rotate: 'Make a new key' },
  password: 'Password',
  passphrase: 'Passphrase',
  wrong: 'the password is wrong',
  foot: {
    export: 'Enter goes on · Tab next field · Esc closes',
    check: 'the passphrase or the 24 words · Enter checks · Esc closes',
    rotate: 'Enter makes the key · Esc closes',
  },
  waiting: { export: 'writing the export', check: 'restoring it, aside', rotate: 'making the key' },
  askSecret: 'the passphrase of the export, or its 24 words:',
  askPassphrase: 'a new passphrase for the export:',
  passwordReplaced:
    'the password is replaced; other devices stay logged in: securechat devices --end-others logs them out',
} as const;
