import { isName } from '../../protocol/text.ts';
import { ClientError } from '../client/errors.ts';
import type { Command } from '../command.ts';

export const verify: Command = {
  options: (yargs) =>
    yargs
      .positional('name', { type: 'string', describe: 'whom you compare with' })
      .option('yes', { type: 'boolean', describe: 'you have compared the digits: mark the name as verified' })
      .option('accept-new-key', {
        type: 'boolean',
        describe: 'their key changed and they told you so: take the new one',
      }),

  async run(shell, args) {
    const name = String(args.name).replace(/^@/, '');
    if (!isName(name)) throw new ClientError('usage', `"${name}" cannot be a name`);
    await shell.withClient(async (client) => {
      if (args.acceptNewKey === true) await client.acceptKey(name);
      const number = await client.safetyNumber(name);
      const compared =
        args.yes === true ||
        (await shell.askYesNo(
          `${groups(number)}\nCompare this with what ${name} sees, in person or by voice. The same 60 digits?`,
        ));
      if (compared) await client.setVerified(name, true);
      const verified = (await client.people()).find((person) => person.name === name)?.verified ?? false;
      shell.output.result(
        { type: 'safety', name, number, verified },
        `${groups(number)}\n${name} is ${verified ? 'verified' : 'not verified; when the digits agree: securechat verify --yes'}`,
      );
    });
  },
};

/** Two lines of six groups, as they are read aloud. */
function groups(number: string): string {
  const fives = number.replaceAll(' ', '').match(/\d{5}/g) ?? [];
  return `${fives.slice(0, 6).join(' ')}\n${fives.slice(6).join(' ')}`;
}
