import * as fs from 'node:fs/promises';
import { chooseFile } from '../../../client/files/file-choice.ts';
import { downloadsFolder, profileFolder } from '../../../client/profile/paths.ts';
import type { Command } from '../../command.ts';
import { transferBar } from '../../console/transfer-bar.ts';

export const download: Command = {
  options: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        describe: 'its name or id; repeat the command to resume an interrupted download',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'the folder to save in; existing files are never overwritten',
      }),

  async run(shell, args) {
    const wanted = String(args.file);
    const { downloads, profile } = shell.settings;
    const named = args.out === undefined ? downloads : String(args.out);
    const { dir, why } = await downloadsFolder(named, profileFolder(profile), fs);
    if (why !== null) shell.output.info(why);
    await shell.withClient(async (client) => {
      const file = chooseFile(await shell.reportOutages(client, client.files()), wanted);
      const bar = transferBar(shell, file.name);
      // Stop the bar before printing: clearing it would also clear the result.
      const path = await client.download(file, { dir, onProgress: bar.show, signal: shell.signal }).finally(bar.stop);
      const { id, name, size, sha256 } = file;
      shell.output.result({ type: 'downloaded', id, name, size, sha256, path }, `${path}: ${size} bytes, verified`);
    });
  },
};
