/** Line mode without a terminal. */
import type { ExecutionContext } from 'ava';
import type { LineInput } from '../../../src/cli/plain/input/line-input.ts';
import { LineMode } from '../../../src/cli/plain/line-mode.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { Drafts } from '../../../src/tui/compose/drafts.ts';
import { defaultSettings } from '../../../src/tui/state/state.ts';
import { FakeClient } from './fake-client.ts';
import { rendererTo } from './renderer.ts';

type Script = {
  client?: FakeClient;
  /** The answers to hidden questions; without them nobody can be asked. */
  secrets?: string[];
  patience?: number;
  drafts?: Drafts | null;
  unattended?: boolean;
};

/** Runs line mode on these lines. @returns its output and the calls to the client */
export async function typeLines(
  lines: string[],
  { client = new FakeClient(), secrets, patience = 200, drafts = null, unattended = false }: Script = {},
) {
  const said: string[] = [];
  const prompts: string[] = [];
  const answers = secrets?.values();
  const ask = async () => {
    const answer = answers?.next().value;
    if (answer === undefined) throw new ClientError('cancelled', 'cancelled');
    return answer;
  };
  const input: LineInput = {
    async *lines() {
      yield* lines;
    },
    print() {},
    prompt: (text) => void prompts.push(text),
    hidden: async (talk) => (secrets === undefined ? null : talk(ask)),
    unattended,
    close() {},
  };
  const say = (line: string): void => void said.push(line);
  const mode = new LineMode({
    client,
    input,
    clock: systemClock,
    renderer: rendererTo(say),
    drafts,
    settings: defaultSettings,
    downloads: '/downloads',
    receipts: false,
    patience,
  });
  // The program keeps itself alive while it waits, and so does its test.
  const alive = setInterval(() => {}, 1000);
  const ended = await mode.run().then(
    () => null,
    (error: Error & { code?: string }) => error,
  );
  clearInterval(alive);
  const calls = client.calls.filter(([name]) => name !== 'history' && name !== 'markRead');
  return { said: said.slice(4), greeting: said.slice(0, 4), calls, prompts, ended, client, mode };
}

export const queued = (to: string, text: string) => ['queue', to, text, {}];

export async function assertRefused(t: ExecutionContext, line: string, answer: RegExp): Promise<void> {
  const { said, calls } = await typeLines([line]);
  t.deepEqual(calls, [], line);
  t.regex(said.join('\n'), answer, line);
}
