import type { Command } from '../../command.ts';

export const passwd: Command = {
  options: (yargs) =>
    yargs.option('new-password-file', {
      type: 'string',
      requiresArg: true,
      describe: 'read the new password from this file',
    }),

  async run(shell, args) {
    await shell.withClient(async (client) => {
      const { name } = client.me;
      const old = await shell.password(name);
      const file = typeof args.newPasswordFile === 'string' ? args.newPasswordFile : undefined;
      await client.passwd(old, await shell.newPassword(name, '--new-password-file', file));
      shell.output.line(
        'password changed; other devices stay logged in: securechat devices --end-others logs them out',
      );
    });
  },
};
