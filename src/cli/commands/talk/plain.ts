import * as fs from 'node:fs/promises';
import type { Client } from '../../../client/api/client-api.ts';
import { ClientError } from '../../../client/errors.ts';
import { DEFAULT_SERVER } from '../../../client/profile/global-options.ts';
import { downloadsFolder, profileFolder } from '../../../client/profile/paths.ts';
import { SealedRows } from '../../../client/profile/sealed-rows.ts';
import { systemClock } from '../../../platform/clock.ts';
import { suspendProcessGroup } from '../../../platform/terminal/job-control.ts';
import { printable } from '../../../protocol/base/safe-text.ts';
import { Drafts } from '../../../tui/compose/drafts.ts';
import { defaultSettings } from '../../../tui/state/state.ts';
import { strings } from '../../../tui/text/strings.ts';
import type { Command } from '../../command.ts';
import { askLine, askPassword, openTerminal } from '../../console/prompt.ts';
import type { Shell } from '../../console/shell.ts';
import { cookedInput } from '../../plain/input/cooked-input.ts';
import { pipeInput } from '../../plain/input/line-input.ts';
import { readlineInput } from '../../plain/input/readline-input.ts';
import { interactiveLogin } from '../../plain/interactive-login.ts';
import { LineMode } from '../../plain/line-mode.ts';
import { phrases } from '../../plain/phrases.ts';
import { rendererOn } from '../../plain/renderer.ts';

/** A second Ctrl+C within this time leaves. ms. */
const DOUBLE_PRESS_MS = 2000;
/** How long line mode waits at the end for a lost link while messages are unsent, unless --timeout is given. s. */
const PATIENCE_S = 10;

export const plain: Command = {
  longRunning: true,
  options: (yargs) =>
    yargs
      .positional('link', { type: 'string', describe: 'securechat://host:port#fingerprint' })
      .option('receipts', { type: 'boolean', describe: 'say when a message was delivered' }),

  /** Runs until the end of input, .exit or a second Ctrl+C, and then sends what is still unsent. */
  async run(shell, args) {
    if (shell.secretFromStdin)
      throw new ClientError(
        'usage',
        'standard input holds your messages here; give a file for the password or the passphrase',
      );
    const { dir: downloads, why } = await downloadsFolder(
      shell.settings.downloads,
      profileFolder(shell.settings.profile),
      fs,
    );
    await shell.runWithClient(await logIn(shell), async (client) => {
      const drafts = new Drafts(new SealedRows(await shell.profile()), systemClock);
      const { settings, readable } = await drafts.load();
      let interruptedAt = Number.NEGATIVE_INFINITY;
      const onInterrupt = () => {
        const now = systemClock.monotonic();
        if (now - interruptedAt < DOUBLE_PRESS_MS) return mode.leave();
        interruptedAt = now;
        renderer.say(phrases.again);
      };
      const { stdin, stdout } = process;
      const input =
        !stdin.isTTY || !stdout.isTTY
          ? pipeInput(stdin, stdout)
          : process.env.TERM === 'dumb'
            ? cookedInput({
                input: stdin,
                output: stdout,
                onInterrupt,
                onSigint: (listener) => shell.onInterrupt(listener),
              })
            : readlineInput({
                input: stdin,
                output: stdout,
                complete: (before) => mode.complete(before),
                onInterrupt,
                stop: () => suspendProcessGroup(systemClock),
              });
      const renderer = rendererOn(shell.output, (line) => input.print(printable(line)));
      const patience = (shell.settings.timeout ?? PATIENCE_S) * 1000;
      const receipts = args.receipts === true;
      const mode = new LineMode({
        client,
        input,
        renderer,
        clock: systemClock,
        drafts,
        settings: { ...defaultSettings, ...settings },
        downloads,
        receipts,
        patience,
      });
      if (why !== null) renderer.remark(why);
      if (!readable) renderer.say(strings.notices.draftsLost);
      // A signal must also restore the terminal.
      shell.signal.addEventListener('abort', () => input.close(), { once: true });
      await mode.run();
    });
  },
};

/** Logs in. At a terminal without --user and --password-file it asks for server, name and password. */
async function logIn(shell: Shell): Promise<Client> {
  const { settings } = shell;
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? openTerminal() : null;
  const { server, user } = await shell.serverAndUser();
  if (terminal === null || user !== undefined || settings.passwordFile !== undefined) return shell.connect();
  const { openLoginBackend } = await import('../../../tui/login/login-backend.ts');
  const backend = openLoginBackend(await shell.profile());
  return interactiveLogin({
    say: (line) => terminal.write(`${printable(line)}\n`),
    line: (question) => askLine(terminal, question),
    secret: (question) => askPassword(terminal, question),
    greet: (at) => shell.untilInterrupted(backend.greet(at)),
    connect: (account, trusted) => {
      const trust = async ({ fingerprint }: { fingerprint: string }) => fingerprint === trusted;
      return shell.connect({ ...account, ask: { ...shell.ask(), trust } });
    },
    server: server ?? null,
    defaultServer: DEFAULT_SERVER,
    trustNew: settings.trustNew,
  });
}
