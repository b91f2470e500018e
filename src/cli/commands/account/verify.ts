import { ClientError } from '../../../client/errors.ts';
import { isName } from '../../../protocol/base/safe-text.ts';
import type { Command } from '../../command.ts';

export const verify: Command = {
  options: (yargs) =>
    yargs.positional('name', { type: 'string', describe: 'the person you compare with' }).option('yes', {
      type: 'boolean',
      describe: 'mark the person as verified without asking; compare the digits first. Accepts a changed key',
    }),

  async run(shell, args) {
    const name = String(args.name).replace(/^@/, '').normalize('NFC');
    if (!isName(name))
      throw new ClientError('usage', `"${name}" is not a valid name; securechat users lists the names`);
    await shell.withClient(async (client) => {
      if (name === client.me.name)
        throw new ClientError('usage', 'you cannot verify yourself; securechat users lists the names');
      const number = await client.safetyNumber(name);
      const person = async () => (await client.people()).find((one) => one.name === name);
      const changed = (await person())?.changedTo != null;
      if (changed) shell.output.warn(`the key of ${name} changed; these digits belong to the new key`);
      const question = `${twoLines(number)}\nCompare these digits with ${name} in person or on the phone. Are they the same?`;
      if (args.yes === true || (await shell.askYesNo(question))) {
        if (changed) await client.acceptKey(name);
        await client.setVerified(name, true);
      }
      const verified = (await person())?.verified ?? false;
      shell.output.result(
        { type: 'safety', name, number, verified, changed: changed && !verified },
        `${twoLines(number)}\n${name} is ${verified ? 'verified' : `not verified; if the digits are the same: securechat verify ${name} --yes`}`,
      );
    });
  },
};

/** The 60 digits as two lines of six groups of five, for reading aloud. */
function twoLines(number: string): string {
  const fives = number.replaceAll(' ', '').match(/\d{5}/g) ?? [];
  return `${fives.slice(0, 6).join(' ')}\n${fives.slice(6).join(' ')}`;
}
