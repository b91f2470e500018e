import { chooseDevice } from '../../../client/devices/device-choice.ts';
import type { Device } from '../../../client/types.ts';
import { deviceLabel, endedOthersText, kindOfDevice } from '../../../tui/text/device-text.ts';
import type { Command } from '../../command.ts';
import { reportDevice } from '../../console/result-printer.ts';

export const devices: Command = {
  options: (yargs) =>
    yargs
      .option('end', {
        type: 'string',
        requiresArg: true,
        describe: 'log this device out, by its number or name; it needs the password again',
      })
      .option('end-others', {
        type: 'boolean',
        describe: 'log out every device except this one, exports of your keys too',
      })
      .conflicts('end', 'end-others'),

  /** Prints the devices that are left. They count as looked at. */
  async run(shell, args) {
    await shell.withClient(async (client) => {
      const end = args.end === undefined ? null : chooseDevice(await client.devices(), String(args.end)).device;
      if (end !== null) await client.endDevice(end);
      if (args.endOthers === true)
        shell.output.info(endedOthersText(await client.endDevice(null), 'securechat keys export FILE'));
      // The server answers nothing more on this link.
      if (end === client.me.device)
        return shell.output.line('this device is logged out; the next login needs the password');
      const list = await client.devices();
      for (const one of list) reportDevice(shell.output, one, lineOf(one));
      await client.markDevicesSeen(list);
    });
  },
};

function lineOf(one: Device): string {
  const seen = one.current ? 'this one' : one.online ? 'online' : `last seen ${new Date(one.lastSeen).toISOString()}`;
  const remarks = [
    ...(one.isNew ? ['new'] : []),
    ...(one.kind === 'export' ? [kindOfDevice(one)] : []),
    seen,
    one.address,
    `since ${new Date(one.since).toISOString()}`,
  ];
  return `${one.device}  ${deviceLabel(one)}  ${remarks.join(', ')}`;
}
