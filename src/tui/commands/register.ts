import { ClientError } from '../client/errors.ts';
import { FORGOTTEN_PASSWORD } from '../client/register.ts';
import type { Command } from '../command.ts';

export const register: Command = {
  options: (yargs) =>
    yargs
      .option('invite', { type: 'string', describe: 'the code you were given, where registration is by invitation' })
      .option('local-keys', {
        type: 'boolean',
        describe: 'keep the keys on this machine only: no other machine can ever read your messages',
      }),

  async run(shell, args) {
    const { user } = shell.settings;
    if (user === undefined) throw new ClientError('usage', 'say which name you want: securechat register --user NAME');
    shell.output.remark(FORGOTTEN_PASSWORD);
    const password = await shell.newPassword(user);
    const invite = typeof args.invite === 'string' ? { invite: args.invite } : {};
    const more = { user, password, register: { ...invite, localKeys: args.localKeys === true } };
    const client = await shell.connect(more);
    try {
      const { name, fingerprint, daemon } = client.me;
      shell.output.result(
        { type: 'registered', name, fingerprint, daemon: daemon.address },
        `you are ${name} at ${daemon.address}; your fingerprint is ${fingerprint}`,
      );
    } finally {
      await client.close();
    }
  },
};
