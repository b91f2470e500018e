import { ClientError } from '../../../client/errors.ts';
import type { CheckedExport } from '../../../client/export-types.ts';
import { Rehearsal } from '../../../client/key-export/rehearsal.ts';
import type { ExportContents } from '../../../protocol/account/export-contents.ts';
import { exportStrings } from '../../../tui/text/export-strings.ts';
import type { Command } from '../../command.ts';
import type { Output } from '../../console/output.ts';
import type { Shell } from '../../console/shell.ts';
import { openExport, openingOptions } from './export-secrets.ts';

export const keysCheck: Command = {
  options: (yargs) =>
    openingOptions(yargs).positional('file', { type: 'string', describe: 'the export; your profile is not used' }),

  async run(shell, args) {
    const contents = await openExport(shell, args, String(args.file));
    shell.output.info(exportStrings.whole(contents));
    const found = await rehearse(shell, contents).catch((error: unknown) => {
      report(shell.output, contents, null);
      throw error;
    });
    report(shell.output, contents, found);
    if (found.failed.length > 0) throw new ClientError('incomplete', exportStrings.restoresLess(found));
  },
};

async function rehearse(shell: Shell, contents: ExportContents): Promise<CheckedExport> {
  const { server, timeout } = shell.settings;
  const rehearsal = await Rehearsal.open(contents);
  try {
    return await shell.untilInterrupted(
      rehearsal.run({
        progress: (step) => shell.progress.step(step),
        ...(server !== undefined && { server }),
        ...(timeout !== undefined && { timeout: timeout * 1000 }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'unreachable') throw error;
    throw new ClientError('unreachable', exportStrings.unreachable(error.message));
  } finally {
    shell.progress.end();
    await rehearsal.close();
  }
}

/** @param found null when the server did not let the export in: the file is whole, and nothing more is known */
function report(output: Output, { name, madeAt }: ExportContents, found: CheckedExport | null): void {
  const { conversations = 0, messages = 0, failed = [], changed = [], renewedSince = false } = found ?? {};
  const object = {
    type: 'check',
    name,
    madeAt: new Date(madeAt).toISOString(),
    whole: true,
    restores: found === null ? null : failed.length === 0,
    conversations,
    messages,
    failed,
    changed,
    renewedSince,
  };
  if (found === null || failed.length > 0) {
    // The error says it in words.
    if (output.json) output.result(object, '');
    return;
  }
  output.result(object, exportStrings.restores(found));
  for (const remark of exportStrings.remarks(found)) output.info(remark);
}
