import { spawn } from 'node:child_process';
import type { Client } from '../../../client/api/client-api.ts';
import { closedLinkError } from '../../../client/errors.ts';
import type { Conversation, Message, NewDevice } from '../../../client/types.ts';
import { newDeviceText } from '../../../tui/text/device-text.ts';
import type { Command } from '../../command.ts';
import { Output } from '../../console/output.ts';
import { reportGap, reportMessage, reportNewDevice } from '../../console/result-printer.ts';
import type { Shell } from '../../console/shell.ts';

const PAGE = 500;

export const listen: Command = {
  longRunning: true,
  options: (yargs) =>
    yargs.option('exec', {
      type: 'string',
      requiresArg: true,
      describe: 'run this shell command for each message, one at a time, with the message on its standard input',
    }),

  /** Prints unread messages, then new ones, and marks each as read. */
  async run(shell, args) {
    await shell.withClient(async (client) => {
      const exec = args.exec === undefined ? null : String(args.exec);
      /** Unread messages that were printed first: they may come as events, too. */
      const printed = new Set<string>();
      /** Jobs run one at a time, in order of arrival. */
      let work = Promise.resolve();
      const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>();
      const enqueue = (job: () => Promise<void>): void => {
        work = work.then(job);
        work.catch(fail);
      };
      const print = async (message: Message): Promise<void> => {
        if (message.from === client.me.name) return;
        reportMessage(shell.output, message);
        if (exec !== null) await runExec(shell, exec, message);
        await client.markRead(message.conversation, message.seq ?? 0);
      };
      enqueue(async () => {
        await printUnread(client, await client.conversations(), async (message) => {
          printed.add(keyOf(message));
          await print(message);
        });
      });
      const stop = client.subscribe((event) => {
        if (event.type === 'message') {
          const { message, fresh } = event;
          if (fresh) enqueue(async () => (printed.has(keyOf(message)) ? undefined : print(message)));
        } else if (event.type === 'gap') enqueue(async () => reportGap(shell.output, event.gap));
        else if (event.type === 'new-device') reportNewDevice(shell.output, event, newDeviceLine(event));
        else if (event.type === 'notice') shell.output.info(event.text);
        else if (event.type === 'link' && event.link.state === 'waiting') shell.output.info(event.link.reason);
        else if (event.type === 'link' && event.link.state === 'closed') {
          const error = closedLinkError(event.link);
          if (error === null) end();
          else fail(error);
        }
      });
      shell.signal.addEventListener('abort', () => end(), { once: true });
      shell.output.info(`listening as ${client.me.name}; press Ctrl+C to stop`);
      try {
        await ended;
        await work;
      } finally {
        stop();
      }
    });
  },
};

/** The command names the device by its number: a shell might act on the characters of a name. */
function newDeviceLine(one: NewDevice): string {
  return `${newDeviceText(one)}; securechat devices shows all, securechat devices --end ${one.device} ends it`;
}

function keyOf({ author, id }: Message): string {
  return `${author}/${id}`;
}

async function printUnread(
  client: Client,
  conversations: readonly Conversation[],
  print: (message: Message) => Promise<void>,
): Promise<void> {
  for (const { name, read } of conversations.filter(({ unread }) => unread > 0)) {
    const pages: Message[][] = [];
    let before: number | undefined;
    for (;;) {
      const page = await client.history(name, { limit: PAGE, ...(before === undefined ? {} : { before }) });
      const fresh = page.messages.filter(({ seq }) => seq !== null && seq > read);
      pages.unshift(fresh);
      before = fresh[0]?.seq ?? undefined;
      if (!page.more || before === undefined || fresh.length < page.messages.length) break;
    }
    for (const message of pages.flat()) await print(message);
  }
}

/** Runs `command` in a shell for one message. The message goes to its standard input, never into the command string. */
async function runExec(shell: Shell, command: string, message: Message): Promise<void> {
  let input = '';
  const collect = { write: (text: string) => (input += text) };
  reportMessage(new Output({ json: shell.output.json, quiet: true, stdout: collect, stderr: collect }), message);
  const child = spawn(command, { shell: true, stdio: ['pipe', 'inherit', 'inherit'] });
  // A command that does not read its input is not an error.
  child.stdin.on('error', () => {});
  child.stdin.end(shell.output.json || message.body.kind === 'file' ? input : `${message.body.text}\n`);
  const { promise, resolve } = Promise.withResolvers<void>();
  child.on('error', (error) => {
    shell.output.warn(`--exec could not be started: ${error.message}`);
    resolve();
  });
  child.on('close', (code, signal) => {
    if (code !== 0) shell.output.warn(`--exec ended with ${signal ?? `status ${code}`}`);
    resolve();
  });
  await promise;
}
