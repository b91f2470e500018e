import { makeExport } from '../../../client/key-export/make-export.ts';
import { expandHome } from '../../../platform/home.ts';
import { hex } from '../../../protocol/base/bytes.ts';
import { exportStrings } from '../../../tui/text/export-strings.ts';
import { type Command, textOption } from '../../command.ts';
import { newSecret } from '../../console/secret-questions.ts';

export const keysExport: Command = {
  options: (yargs) =>
    yargs
      .positional('file', { type: 'string', describe: 'the new file; an existing one is never overwritten' })
      .option('passphrase-file', {
        type: 'string',
        requiresArg: true,
        describe: 'read the passphrase for the export from this file',
      })
      .option('words-file', {
        type: 'string',
        requiresArg: true,
        describe:
          'write the 24 words to this new file instead of printing them; without a terminal and --passphrase-file, only they open the export',
      }),

  async run(shell, args) {
    const { output, terminal } = shell;
    const path = expandHome(String(args.file));
    const [passphraseFile, wordsFile] = [textOption(args, 'passphraseFile'), textOption(args, 'wordsFile')];
    const me = await shell.signIn();
    try {
      output.info(exportStrings.means);
      const source = { file: passphraseFile, output, terminal };
      const onlyWords = passphraseFile === undefined && wordsFile !== undefined && terminal() === null;
      const passphrase = onlyWords
        ? null
        : await newSecret('passphrase', 'passphrase for the export:', '--passphrase-file', source);
      const making = makeExport(me, {
        path,
        password: await shell.password(me.name),
        passphrase,
        words: true,
        ...(wordsFile !== undefined && { wordsFile: expandHome(wordsFile) }),
        signal: shell.signal,
      });
      const made = await shell.untilInterrupted(making).catch(async (error: unknown) => {
        // Wait until what was begun is deleted.
        await making.catch(() => {});
        throw error;
      });
      const lines = made.words === null ? [] : [exportStrings.wordsAre, ...exportStrings.wordLines(made.words)];
      output.result(
        {
          type: 'export',
          file: path,
          name: me.name,
          fingerprint: hex(me.keyring.me.idFp),
          daemon: me.daemon.address,
          device: made.device,
          deviceName: made.deviceName,
          passphrase: passphrase !== null,
          words: made.words,
          wordsFile: made.wordsFile,
          people: made.people,
          localKeys: made.localKeys,
        },
        [exportStrings.made(made), ...lines].join('\n'),
      );
      if (made.localKeys) output.info(exportStrings.onlyCopy);
      output.info(`${exportStrings.tryIt}: securechat keys check ${path}`);
    } finally {
      await me.close();
    }
  },
};
