import type { Command } from '../../command.ts';
import { parseConversation } from '../../console/conversation-argument.ts';
import { reportFile } from '../../console/result-printer.ts';

export const files: Command = {
  options: (yargs) =>
    yargs.positional('with', { type: 'string', describe: 'only files of this conversation: bob, @bob or #lobby' }),

  async run(shell, args) {
    const conversation = args.with === undefined ? undefined : parseConversation(String(args.with));
    await shell.withClient(async (client) => {
      // The newest file comes last, right above the next prompt.
      const listed = await shell.reportOutages(client, client.files(conversation));
      for (const file of listed.reverse()) reportFile(shell.output, file, file.saved);
    });
  },
};
