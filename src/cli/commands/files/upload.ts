/** Folder `files`: the commands that transfer and list files; they do not know how messages are sent. */
import * as fs from 'node:fs/promises';
import { ClientError } from '../../../client/errors.ts';
import { LocalFile } from '../../../client/transfers/local-file.ts';
import type { Command } from '../../command.ts';
import { parseConversation } from '../../console/conversation-argument.ts';
import { reportFile } from '../../console/result-printer.ts';
import { transferBar } from '../../console/transfer-bar.ts';

export const upload: Command = {
  options: (yargs) =>
    yargs.positional('to', { type: 'string', describe: 'bob, @bob or #lobby' }).positional('file', {
      type: 'string',
      describe: 'the files; repeat the command to resume an interrupted upload',
    }),
  lists: ['file'],

  async run(shell, args) {
    const to = parseConversation(String(args.to));
    const paths = Array.isArray(args.file) ? args.file.map(String) : [];
    if (paths.length === 0) throw new ClientError('usage', 'give a file to upload: securechat upload bob report.pdf');
    // Check that every file is readable before connecting.
    for (const path of paths) await (await LocalFile.open(fs, path)).close();
    await shell.withClient(async (client) => {
      for (const path of paths) {
        const bar = transferBar(shell, path);
        // Stop the bar before printing: clearing it would also clear the result.
        const sent = await client.upload(to, path, { onProgress: bar.show, signal: shell.signal }).finally(bar.stop);
        reportFile(shell.output, sent);
      }
    });
  },
};
