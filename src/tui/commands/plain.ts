import * as fs from 'node:fs/promises';
import { systemClock, systemRandom } from '../../protocol/seams.ts';
import { printable } from '../../protocol/text.ts';
import { ClientError } from '../client/errors.ts';
import { downloadsFolder, profileFolder } from '../client/paths.ts';
import { Profile } from '../client/profile.ts';
import type { Command } from '../command.ts';
import { Drafts } from '../drafts.ts';
import { stopped } from '../job-control.ts';
import { pipeInput, terminalInput } from '../plain/input.ts';
import { LineMode } from '../plain/line-mode.ts';
import { phrases } from '../plain/phrases.ts';
import { voiceOn } from '../plain/voice.ts';
import { defaultSettings } from '../state.ts';
import { strings } from '../strings.ts';

/** A second Ctrl+C within this leaves. ms. */
const TWICE_MS = 2000;
const PATIENCE_S = 10;

export const plain: Command = {
  options: (yargs) =>
    yargs.option('receipts', { type: 'boolean', describe: 'say when the other side has signed for a message' }),

  /** The end of the input, .exit and a second Ctrl+C end it, once everything is sent. */
  async run(shell, args) {
    if (shell.passwordFromStdin)
      throw new ClientError('usage', 'standard input holds the lines here; give --password-file a file');
    const downloads = await downloadsFolder(shell.settings.downloads, fs);
    await shell.withClient(async (client) => {
      const profile = await Profile.open(profileFolder(shell.settings.profile), fs, systemRandom);
      const drafts = new Drafts(profile, fs, systemClock);
      const { settings, readable } = await drafts.load();
      let interruptedAt = Number.NEGATIVE_INFINITY;
      const onInterrupt = () => {
        const now = systemClock.monotonic();
        if (now - interruptedAt < TWICE_MS) return mode.leave();
        interruptedAt = now;
        voice.say(phrases.again);
      };
      const input =
        process.stdin.isTTY && process.stdout.isTTY
          ? terminalInput({
              input: process.stdin,
              output: process.stdout,
              complete: (before) => mode.complete(before),
              onInterrupt,
              stop: () => stopped(systemClock),
              dumb: process.env.TERM === 'dumb',
            })
          : pipeInput(process.stdin, process.stdout);
      const voice = voiceOn(shell.output, (line) => input.print(printable(line)));
      const patience = (shell.settings.timeout ?? PATIENCE_S) * 1000;
      const receipts = args.receipts === true;
      const mode = new LineMode({
        client,
        input,
        voice,
        clock: systemClock,
        drafts,
        settings: { ...defaultSettings, ...settings },
        downloads,
        receipts,
        patience,
      });
      if (!readable) voice.say(strings.notices.draftsLost);
      // The terminal is given back also when the program is told to end.
      shell.signal.addEventListener('abort', () => input.close(), { once: true });
      await mode.run().finally(() => profile.close());
    });
  },
};
