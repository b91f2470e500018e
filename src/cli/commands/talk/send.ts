import { ClientError } from '../../../client/errors.ts';
import type { Client, ConversationName } from '../../../client/types.ts';
import type { Command } from '../../command.ts';
import { checkText, joinWords, parseConversation } from '../../console/conversation-argument.ts';
import { readText } from '../../console/message-text.ts';
import { reportSent } from '../../console/report.ts';
import type { Shell } from '../../console/shell.ts';

export const send: Command = {
  options: (yargs) =>
    yargs
      .positional('to', { type: 'string', describe: 'bob, @bob or #lobby' })
      .positional('text', { type: 'string', describe: 'the text; standard input when there is none' })
      .option('wait-delivered', {
        type: 'boolean',
        describe: 'end only when the other side has signed a receipt',
      }),
  lists: ['text'],

  async run(shell, args) {
    const to = parseConversation(String(args.to));
    const words = Array.isArray(args.text) ? args.text.map(String) : [];
    if (words.length === 0 && shell.passwordFromStdin)
      throw new ClientError('usage', 'standard input is the password here; give the text as an argument');
    const text = words.length > 0 ? joinWords(words) : await readText(process.stdin);
    checkText(text);
    const wait = args.waitDelivered === true;
    if (wait && to.startsWith('#'))
      throw new ClientError('usage', 'nobody signs receipts in a room; leave --wait-delivered out');
    await shell.withClient(async (client) => {
      const stop = wait ? reportDeliveryWait(shell, client, to, text) : () => {};
      const sent = client.send(to, text, { until: wait ? 'delivered' : 'sent' });
      reportSent(shell.output, await shell.reportOutages(client, sent).finally(stop));
    });
  },
};

/** Once it is stored: the wait for the other side may be long, and leaving it takes nothing back. */
function reportDeliveryWait(shell: Shell, client: Client, to: ConversationName, text: string): () => void {
  const taken = (): void => shell.output.info(`it was sent to ${to}, and arrives when ${to.slice(1)} comes`);
  const stop = client.subscribe((event) => {
    if (event.type !== 'message') return;
    const { from, conversation, body, state } = event.message;
    // What waited in the outbox goes first, and is not what is meant.
    const isThis = from === client.me.name && conversation === to && body.kind === 'text' && body.text === text;
    if (!isThis || state !== 'sent') return;
    stop();
    if (process.stderr.isTTY)
      shell.output.info(`sent to ${to}; waiting until it has arrived there; Ctrl+C ends only the wait`);
    shell.signal.addEventListener('abort', taken, { once: true });
  });
  return () => {
    stop();
    shell.signal.removeEventListener('abort', taken);
  };
}
