import { ClientError } from '../../../client/errors.ts';
import type { Command } from '../../command.ts';

export const forget: Command = {
  options: (yargs) => yargs.positional('address', { type: 'string', describe: 'host:port' }),

  async run(shell, args) {
    const { forgetAddress } = await import('../../../client/login/sign-in.ts');
    const address = String(args.address);
    if (!(await forgetAddress(await shell.profile(), address)))
      throw new ClientError(
        'refused',
        `this profile knows no server at ${address}; write the address as you connected to it`,
      );
    shell.output.info(`the key of ${address} is forgotten; the next connection asks you to check its key`);
  },
};
