import { ClientError } from '../../../client/errors.ts';
import { closing } from '../../../tui/text/closing-strings.ts';
import type { Command } from '../../command.ts';

export const accountClose: Command = {
  options: (yargs) =>
    yargs.option('yes', {
      type: 'boolean',
      describe: 'close it without asking; where there is no terminal, --password-file gives the password',
    }),

  async run(shell, args) {
    const me = await shell.signIn();
    try {
      const account = { name: me.name, address: me.daemon.address, profile: me.profile.dir };
      const { name, address, profile } = account;
      const said = [closing.question(account), ...closing.means(account).map((line) => `  ${line}`)].join('\n');
      if (args.yes === true) shell.output.info(said);
      else {
        shell.output.warn(said);
        const typed = await shell.askLine(closing.askName(name));
        if (typed === null)
          throw new ClientError(
            'usage',
            'account close asks before it closes: run it in a terminal, or give --yes and --password-file',
          );
        if (typed.trim().normalize('NFC') !== name) throw new ClientError('usage', closing.otherName(typed, name));
      }
      await me.closeAccount(await shell.password(name));
      shell.output.result(
        { type: 'closed', name, daemon: address, profile },
        `${closing.done(name)}; ${closing.kept(profile)}`,
      );
    } finally {
      await me.close();
    }
  },
};
