/** What is being waited for, on standard error: one line that is drawn over, or a line for what takes long where nothing can be. */

import type { Ask } from '../../client/types.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { isLineOnly } from '../../platform/terminal/terminal-support.ts';
import type { Output } from './output.ts';

type Step = Parameters<Ask['progress']>[0];
type Stream = { isTTY?: boolean; write(text: string): unknown };

const sentences: Record<Step, string> = {
  keys: 'making your keys (two RSA pairs, a few seconds)',
  connect: 'connecting',
  login: 'logging in',
  vault: 'checking your keys',
  sync: 'fetching what you missed',
};
const REDRAW_MS = 250;
const WIDTH = 20;
/** A step that is over before this is not told as a line. ms. */
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
    const tell = (): void => this.#output.info(sentences[step]);
    if (canRedraw(this.#stream, this.#env)) this.#draw(sentences[step], 0);
    // It always takes long, and scripts hear of it, too.
    else if (step === 'keys') tell();
    else if (this.#stream.isTTY === true) this.#cancel = this.#clock.after(SLOW_MS, tell);
  }

  /** Takes the line away, before anything else is written there. */
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

/** Whether a line there may be drawn again in place. */
export function canRedraw(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !isLineOnly(env);
}
