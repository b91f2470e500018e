/**
 * Shows on standard error what the command is waiting for: one line that is redrawn, or, on a terminal that cannot redraw, a
 * plain line for each slow step.
 */

import type { Ask } from '../../client/connect-types.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { isLineOnly } from '../../platform/terminal/terminal-support.ts';
import type { Output } from './output.ts';

type Step = Parameters<Ask['progress']>[0];
type Stream = { isTTY?: boolean; write(text: string): unknown };

const sentences: Record<Step, string> = {
  keys: 'generating your keys (two RSA key pairs, a few seconds)',
  connect: 'connecting',
  login: 'logging in',
  vault: 'checking your keys',
  sync: 'fetching new messages',
};
const REDRAW_MS = 250;
const WIDTH = 20;
/** A terminal that cannot redraw gets a line only for steps that take longer than this. ms. */
const SLOW_MS = 1000;

export class Progress {
  readonly #output: Output;
  readonly #stream: Stream;
  readonly #env: NodeJS.ProcessEnv;
  readonly #clock: Clock;
  #cancel: (() => void) | null = null;
  #drawn = false;

  constructor(output: Output, stream: Stream, env: NodeJS.ProcessEnv, clock: Clock = systemClock) {
    this.#output = output;
    this.#stream = stream;
    this.#env = env;
    this.#clock = clock;
  }

  step(step: Step): void {
    this.end();
    if (this.#output.quiet || this.#output.json) return;
    const printLine = (): void => this.#output.info(sentences[step]);
    if (canRedraw(this.#stream, this.#env)) this.#draw(sentences[step], 0);
    // Key generation always takes long; report it in scripts too.
    else if (step === 'keys') printLine();
    else if (this.#stream.isTTY === true) this.#cancel = this.#clock.after(SLOW_MS, printLine);
  }

  /** Erases the line. Call this before you print anything else. */
  end(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#drawn) this.#stream.write('\r\u001b[2K');
    this.#drawn = false;
  }

  #draw(sentence: string, turn: number): void {
    const at = turn % WIDTH;
    const bar = `${'░'.repeat(at)}█${'░'.repeat(WIDTH - 1 - at)}`;
    this.#stream.write(`\r\u001b[2K${bar} ${sentence}`);
    this.#drawn = true;
    this.#cancel = this.#clock.after(REDRAW_MS, () => this.#draw(sentence, turn + 1));
  }
}

/** Whether `stream` is a terminal on which a line can be redrawn in place. */
export function canRedraw(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !isLineOnly(env);
}
