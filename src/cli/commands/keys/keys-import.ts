import type { ImportedExport, ImportOptions } from '../../../client/export-types.ts';
import { importKeys, importKeysOnly } from '../../../client/key-export/import-keys.ts';
import { exportStrings } from '../../../tui/text/export-strings.ts';
import type { Command } from '../../command.ts';
import type { Output } from '../../console/output.ts';
import type { Shell } from '../../console/shell.ts';
import { openExport, openingOptions } from './export-secrets.ts';

export const keysImport: Command = {
  options: (yargs) =>
    openingOptions(yargs).positional('file', { type: 'string', describe: 'the export' }).option('keys-only', {
      type: 'boolean',
      describe: 'restore the keys without logging in, as when the export was ended; the next login needs the password',
    }),

  async run(shell, args) {
    const path = String(args.file);
    const contents = await openExport(shell, args, path);
    const [profile, options] = [await shell.profile(), importOptions(shell)];
    const restore = args.keysOnly === true ? importKeysOnly : importKeys;
    const restored = await shell
      .untilInterrupted(restore(profile, contents, options))
      .finally(() => shell.progress.end());
    reportImport(shell.output, path, restored);
  },
};

/** What the settings say about where an import goes to. */
export function importOptions(shell: Shell): ImportOptions {
  const { server, user, timeout, deviceName } = shell.settings;
  return {
    ask: shell.ask(),
    ...(server !== undefined && { server }),
    ...(user !== undefined && { user }),
    ...(timeout !== undefined && { timeout: timeout * 1000 }),
    ...(deviceName !== undefined && { deviceName }),
  };
}

export function reportImport(output: Output, file: string, restored: ImportedExport): void {
  const { name, fingerprint, server, madeAt, device, people, renewedSince } = restored;
  output.result(
    {
      type: 'import',
      file,
      name,
      fingerprint,
      daemon: server,
      madeAt: new Date(madeAt).toISOString(),
      device,
      people,
      renewedSince,
    },
    device === null ? exportStrings.needsPassword(restored) : exportStrings.imported(restored),
  );
  if (renewedSince) output.info(exportStrings.needsNewest(restored));
}
