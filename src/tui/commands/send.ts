import { ClientError } from '../client/errors.ts';
import type { Command } from '../command.ts';
import { reportSent } from './report.ts';
import { readText } from './stdin.ts';
import { checkText, conversationOf, textOfWords } from './target.ts';

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
    const to = conversationOf(String(args.to));
    const words = Array.isArray(args.text) ? args.text.map(String) : [];
    if (words.length === 0 && shell.passwordFromStdin)
      throw new ClientError('usage', 'standard input is the password here; give the text as an argument');
    const text = words.length > 0 ? textOfWords(words) : await readText(process.stdin);
    checkText(text);
    const wait = args.waitDelivered === true;
    if (wait && to.startsWith('#'))
      throw new ClientError('usage', 'nobody signs receipts in a room; leave --wait-delivered out');
    await shell.withClient(async (client) => {
      reportSent(shell.output, await client.send(to, text, { until: wait ? 'delivered' : 'sent' }));
    });
  },
};
