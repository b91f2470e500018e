import { ClientError } from '../../../client/errors.ts';
import type { Command } from '../../command.ts';

export const profileUnlock: Command = {
  options: (yargs) => yargs,

  async run({ keyFile, askPassphrase, output }) {
    if ((await keyFile.read()) instanceof Uint8Array) throw new ClientError('refused', 'the profile is not locked');
    await keyFile.replace(await keyFile.open(askPassphrase), null);
    output.line('the profile is not locked any more: no start asks for a passphrase');
  },
};
