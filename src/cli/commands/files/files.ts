import type { Command } from '../../command.ts';
import { parseConversation } from '../../console/conversation-argument.ts';
import { reportFile } from '../../console/report.ts';

export const files: Command = {
  options: (yargs) => yargs.positional('with', { type: 'string', describe: 'only those of bob, @bob or #lobby' }),

  async run(shell, args) {
    const conversation = args.with === undefined ? undefined : parseConversation(String(args.with));
    await shell.withClient(async (client) => {
      // As a conversation reads in a terminal: the newest stands above the next prompt.
      const listed = await shell.reportOutages(client, client.files(conversation));
      for (const file of listed.reverse()) reportFile(shell.output, file, file.saved);
    });
  },
};
