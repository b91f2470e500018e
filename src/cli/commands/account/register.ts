/**
 * Folder `account`: the commands about your own account, its devices and keys, and about the other accounts of the server; they
 * know no messages and no files.
 */
import { ClientError } from '../../../client/errors.ts';
import { FORGOTTEN_PASSWORD } from '../../../client/login/register.ts';
import type { Command } from '../../command.ts';

export const register: Command = {
  options: (yargs) =>
    yargs
      .option('invite', {
        type: 'string',
        requiresArg: true,
        describe: 'your invitation code, if the server requires one',
      })
      .option('local-keys', {
        type: 'boolean',
        describe: 'keep the keys on this machine only; no other machine will be able to read your messages',
      }),

  async run(shell, args) {
    const { user } = shell.settings;
    if (user === undefined) throw new ClientError('usage', 'choose a name: securechat register --user NAME');
    shell.output.info(FORGOTTEN_PASSWORD);
    const password = await shell.newPassword(user, '--password-file', shell.settings.passwordFile);
    const invite = typeof args.invite === 'string' ? { invite: args.invite } : {};
    // The whole client, not only the login: it also joins the lobby.
    await shell.withClient(
      async ({ me }) => {
        shell.output.result(
          { type: 'registered', name: me.name, fingerprint: me.fingerprint, daemon: me.daemon.address },
          `you are ${me.name} at ${me.daemon.address}; your fingerprint is ${me.fingerprint}`,
        );
      },
      { user, password, register: { ...invite, localKeys: args.localKeys === true } },
    );
  },
};
