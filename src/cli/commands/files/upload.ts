import * as fs from 'node:fs/promises';
import { ClientError } from '../../../client/errors.ts';
import { LocalFile } from '../../../client/transfers/local-file.ts';
import type { Command } from '../../command.ts';
import { parseConversation } from '../../console/conversation-argument.ts';
import { reportFile } from '../../console/report.ts';
import { transferBar } from '../../console/transfer-bar.ts';

export const upload: Command = {
  options: (yargs) =>
    yargs
      .positional('to', { type: 'string', describe: 'bob, @bob or #lobby' })
      .positional('file', { type: 'string', describe: 'the files; a cut upload goes on when it is repeated' }),
  lists: ['file'],

  async run(shell, args) {
    const to = parseConversation(String(args.to));
    const paths = Array.isArray(args.file) ? args.file.map(String) : [];
    if (paths.length === 0) throw new ClientError('usage', 'say which file: securechat upload bob report.pdf');
    // Before anything else is waited for: what cannot be read is no matter of the daemon's.
    for (const path of paths) await (await LocalFile.open(fs, path)).close();
    await shell.withClient(async (client) => {
      for (const path of paths) {
        const bar = transferBar(shell, path);
        // The bar goes first: clearing it would take the line below with it.
        const sent = await client.upload(to, path, { onProgress: bar.show, signal: shell.signal }).finally(bar.stop);
        reportFile(shell.output, sent);
      }
    });
  },
};
