import * as fs from 'node:fs/promises';
import { downloadsFolder, profileFolder } from '../../../client/profile/paths.ts';
import { choose } from '../../../client/transfers/file-choice.ts';
import type { Command } from '../../command.ts';
import { transferBar } from '../../console/transfer-bar.ts';

export const download: Command = {
  options: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        describe: 'its name or its id; a cut download goes on when it is repeated',
      })
      .option('out', { type: 'string', requiresArg: true, describe: 'the folder; nothing in it is overwritten' }),

  async run(shell, args) {
    const wanted = String(args.file);
    const { downloads, profile } = shell.settings;
    const named = args.out === undefined ? downloads : String(args.out);
    const { dir, why } = await downloadsFolder(named, profileFolder(profile), fs);
    if (why !== null) shell.output.info(why);
    await shell.withClient(async (client) => {
      const file = choose(await shell.reportOutages(client, client.files()), wanted);
      const bar = transferBar(shell, file.name);
      // The bar goes first: clearing it would take the line below with it.
      const path = await client.download(file, { dir, onProgress: bar.show, signal: shell.signal }).finally(bar.stop);
      const { id, name, size, sha256 } = file;
      shell.output.result({ type: 'downloaded', id, name, size, sha256, path }, `${path}: ${size} bytes, verified`);
    });
  },
};
