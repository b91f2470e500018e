import { ClientError } from '../../../client/errors.ts';
import { isName } from '../../../protocol/base/text.ts';
import type { Command } from '../../command.ts';

export const verify: Command = {
  options: (yargs) =>
    yargs.positional('name', { type: 'string', describe: 'whom you compare with' }).option('yes', {
      type: 'boolean',
      describe: 'you have compared the digits: mark the name as verified; a key that changed is taken as theirs',
    }),

  async run(shell, args) {
    const name = String(args.name).replace(/^@/, '').normalize('NFC');
    if (!isName(name)) throw new ClientError('usage', `"${name}" cannot be a name; see who there is: securechat users`);
    await shell.withClient(async (client) => {
      if (name === client.me.name)
        throw new ClientError('usage', 'that is you: name somebody else; see securechat users');
      const number = await client.safetyNumber(name);
      const person = async () => (await client.people()).find((one) => one.name === name);
      const changed = (await person())?.changedTo != null;
      if (changed) shell.output.warn(`the key of ${name} changed; these are the digits of the new one`);
      const question = `${twoLines(number)}\nCompare this with what ${name} sees, in person or by voice. The same 60 digits?`;
      if (args.yes === true || (await shell.askYesNo(question))) {
        if (changed) await client.acceptKey(name);
        await client.setVerified(name, true);
      }
      const verified = (await person())?.verified ?? false;
      shell.output.result(
        { type: 'safety', name, number, verified, changed: changed && !verified },
        `${twoLines(number)}\n${name} is ${verified ? 'verified' : `not verified; when the digits agree: securechat verify ${name} --yes`}`,
      );
    });
  },
};

/** Two lines of six groups, as they are read aloud. */
function twoLines(number: string): string {
  const fives = number.replaceAll(' ', '').match(/\d{5}/g) ?? [];
  return `${fives.slice(0, 6).join(' ')}\n${fives.slice(6).join(' ')}`;
}
