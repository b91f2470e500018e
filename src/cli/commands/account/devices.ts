import { ClientError } from '../../../client/errors.ts';
import type { Command } from '../../command.ts';

export const devices: Command = {
  options: (yargs) =>
    yargs
      .option('end', {
        type: 'string',
        requiresArg: true,
        describe: 'log this device out; it needs the password again',
      })
      .option('end-others', { type: 'boolean', describe: 'log out every device except this one' })
      .conflicts('end', 'end-others'),

  async run(shell, args) {
    const end = args.end === undefined ? null : Number(args.end);
    if (end !== null && !(/^\d+$/.test(String(args.end)) && end > 0 && end <= 0xffffffff))
      throw new ClientError(
        'usage',
        `--end takes the number of a device, not "${String(args.end)}"; see securechat devices`,
      );
    await shell.withClient(async (client) => {
      if (end !== null && !(await client.sessions()).some(({ device }) => device === end))
        throw new ClientError('refused', `you have no device ${end}; see securechat devices`);
      if (end !== null || args.endOthers === true) await client.endDevice(end);
      // The server answers nothing more on this link.
      if (end === client.me.device)
        return shell.output.line('this device is logged out; the next login needs the password');
      for (const { device, lastSeen, online, current } of await client.sessions())
        shell.output.result(
          { type: 'device', device, lastSeen: new Date(lastSeen).toISOString(), online, current },
          `${device}  ${current ? 'this one' : online ? 'online' : `last seen ${new Date(lastSeen).toISOString()}`}`,
        );
    });
  },
};
