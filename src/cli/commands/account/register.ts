import { ClientError } from '../../../client/errors.ts';
import { FORGOTTEN_PASSWORD } from '../../../client/login/register.ts';
import type { Command } from '../../command.ts';

export const register: Command = {
  options: (yargs) =>
    yargs
      .option('invite', {
        type: 'string',
        requiresArg: true,
        describe: 'the code you were given, where registration is by invitation',
      })
      .option('local-keys', {
        type: 'boolean',
        describe: 'keep the keys on this machine only: no other machine can ever read your messages',
      }),

  async run(shell, args) {
    const { user } = shell.settings;
    if (user === undefined) throw new ClientError('usage', 'say which name you want: securechat register --user NAME');
    shell.output.info(FORGOTTEN_PASSWORD);
    const password = await shell.newPassword(user, '--password-file', shell.settings.passwordFile);
    const invite = typeof args.invite === 'string' ? { invite: args.invite } : {};
    // With conversations and all, because the first of them is to join the lobby.
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
