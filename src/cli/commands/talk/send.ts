/** Folder `talk`: the commands that send and show messages; they do not know how files are transferred. */

import type { Client } from '../../../client/api/client-api.ts';
import { ClientError } from '../../../client/errors.ts';
import type { ConversationName } from '../../../client/types.ts';
import type { Command } from '../../command.ts';
import { parseConversation } from '../../console/conversation-argument.ts';
import { checkText, joinWords, readText } from '../../console/message-text.ts';
import { reportSent } from '../../console/result-printer.ts';
import type { Shell } from '../../console/shell.ts';

export const send: Command = {
  options: (yargs) =>
    yargs
      .positional('to', { type: 'string', describe: 'bob, @bob or #lobby' })
      .positional('text', { type: 'string', describe: 'the text; read from standard input if missing' })
      .option('wait-delivered', {
        type: 'boolean',
        describe: 'wait until the other person has received the message',
      }),
  lists: ['text'],

  async run(shell, args) {
    const to = parseConversation(String(args.to));
    const words = Array.isArray(args.text) ? args.text.map(String) : [];
    if (words.length === 0 && shell.secretFromStdin)
      throw new ClientError('usage', 'standard input holds the password here; give the text as an argument');
    const text = words.length > 0 ? joinWords(words) : await readText(process.stdin);
    checkText(text);
    const wait = args.waitDelivered === true;
    if (wait && to.startsWith('#'))
      throw new ClientError('usage', 'rooms have no receipts; use --wait-delivered with a person');
    await shell.withClient(async (client) => {
      const stop = wait ? reportDeliveryWait(shell, client, to, text) : () => {};
      const sent = client.send(to, text, { until: wait ? 'delivered' : 'sent' });
      reportSent(shell.output, await shell.reportOutages(client, sent).finally(stop));
    });
  },
};

/**
 * Says that the message was sent and is not delivered yet: the wait may be long, and interrupting it does not unsend the message.
 * @returns a function that stops this
 */
function reportDeliveryWait(shell: Shell, client: Client, to: ConversationName, text: string): () => void {
  const onAbort = (): void => shell.output.info(`sent to ${to}; ${to.slice(1)} gets it at the next login`);
  const stop = client.subscribe((event) => {
    if (event.type !== 'message') return;
    const { from, conversation, body, state } = event.message;
    // Older messages from the outbox are sent first; skip their events.
    const isThis = from === client.me.name && conversation === to && body.kind === 'text' && body.text === text;
    if (!isThis || state !== 'sent') return;
    stop();
    if (process.stderr.isTTY)
      shell.output.info(`sent to ${to}; waiting until it is delivered; Ctrl+C stops only the wait`);
    shell.signal.addEventListener('abort', onAbort, { once: true });
  });
  return () => {
    stop();
    shell.signal.removeEventListener('abort', onAbort);
  };
}
