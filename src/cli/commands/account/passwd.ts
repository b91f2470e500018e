import { replaceForgottenPassword } from '../../../client/key-export/forgotten-password.ts';
import { exportStrings } from '../../../tui/text/export-strings.ts';
import { type Arguments, type Command, textOption } from '../../command.ts';
import type { Shell } from '../../console/shell.ts';
import { openExport, openingOptions } from '../keys/export-secrets.ts';
import { importOptions, reportImport } from '../keys/keys-import.ts';

export const passwd: Command = {
  options: (yargs) =>
    openingOptions(yargs)
      .option('new-password-file', {
        type: 'string',
        requiresArg: true,
        describe: 'read the new password from this file',
      })
      .option('export', {
        type: 'string',
        requiresArg: true,
        describe: 'replace a forgotten password with this export of the keys, and restore it on this machine',
      }),

  async run(shell, args) {
    const file = textOption(args, 'export');
    if (file !== undefined) return replaceForgotten(shell, args, file);
    await shell.withClient(async (client) => {
      const { name } = client.me;
      const old = await shell.password(name);
      await client.passwd(old, await newPassword(shell, args, name));
      shell.output.line(
        'password changed; other devices stay logged in: securechat devices --end-others logs them out',
      );
    });
  },
};

async function replaceForgotten(shell: Shell, args: Arguments, file: string): Promise<void> {
  const contents = await openExport(shell, args, file);
  const [profile, options] = [await shell.profile(), importOptions(shell)];
  const password = await newPassword(shell, args, contents.name);
  const replacing = replaceForgottenPassword(profile, contents, password, options);
  reportImport(shell.output, file, await shell.untilInterrupted(replacing).finally(() => shell.progress.end()));
  shell.output.info(exportStrings.passwordReplaced);
}

function newPassword(shell: Shell, args: Arguments, name: string): Promise<string> {
  return shell.newPassword(name, '--new-password-file', textOption(args, 'newPasswordFile'));
}
