import { ClientError } from '../../../client/errors.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { Command } from '../../command.ts';
import { parseConversation } from '../../console/conversation-argument.ts';
import { reportPage } from '../../console/result-printer.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000_000;
const PAGE = 500;

export const history: Command = {
  options: (yargs) =>
    yargs
      .positional('with', { type: 'string', describe: 'bob, @bob or #lobby' })
      .option('since', {
        type: 'string',
        describe: 'only newer messages: 2026-11-23, 2026-11-23T12:00:00Z, or an age (90m, 12h, 7d)',
      })
      .option('limit', {
        type: 'string',
        describe: `how many of the newest messages to print (default ${DEFAULT_LIMIT})`,
      }),

  async run(shell, args) {
    const conversation = parseConversation(String(args.with));
    const limit = args.limit === undefined ? DEFAULT_LIMIT : parseLimit(String(args.limit));
    const since = args.since === undefined ? undefined : parseSince(String(args.since), systemClock.now());
    await shell.withClient(async (client) => {
      const pages = [];
      let before: number | undefined;
      let left = limit;
      while (left > 0) {
        const asked = client.history(conversation, {
          limit: Math.min(left, PAGE),
          ...(before === undefined ? {} : { before }),
          ...(since === undefined ? {} : { since }),
        });
        const page = await shell.reportOutages(client, asked);
        pages.unshift(page);
        left -= page.messages.length;
        const first = page.messages.find(({ seq }) => seq !== null)?.seq ?? null;
        if (!page.more || first === null) break;
        before = first;
      }
      for (const { messages, gaps } of pages) reportPage(shell.output, messages, gaps);
      const newest = Math.max(0, ...(pages.at(-1)?.messages.map(({ seq }) => seq ?? 0) ?? []));
      if (newest > 0) await client.markRead(conversation, newest);
    });
  },
};

function parseLimit(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > MAX_LIMIT)
    throw new ClientError('usage', `--limit takes a number from 1 to ${MAX_LIMIT}, not "${text}"`);
  return count;
}

/** ISO 8601. Without an offset, a date is in UTC and a date with a time is in local time, as in Date.parse (ECMA-262). */
const instant =
  /^(\d{4}-\d{2}-\d{2})(?:T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/;

/** Parses a date, a date with a time, or an age before `now`. Returns ms since 1970 UTC. @throws ClientError 'usage' */
export function parseSince(text: string, now: number): number {
  const age = /^(\d{1,6})([mhd])$/.exec(text);
  if (age !== null) {
    const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[age[2] as 'm' | 'h' | 'd'];
    return Math.max(0, now - Number(age[1]) * unit);
  }
  const [, day] = instant.exec(text) ?? [];
  if (day === undefined)
    throw new ClientError('usage', `--since takes a date such as 2026-11-23 or an age such as 12h, not "${text}"`);
  // Date.parse turns 30 February into 2 March.
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day)
    throw new ClientError('usage', `--since ${text}: there is no such day`);
  return Math.max(0, Date.parse(text));
}
