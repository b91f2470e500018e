/** What is being waited for, on standard error: one line that is drawn over on a terminal, a line a step elsewhere. */
import type { Ask } from './client/types.ts';
import type { Output } from './output.ts';

type Step = Parameters<Ask['progress']>[0];

const sentences: Record<Step, string> = {
  keys: 'making your keys (two RSA pairs, a few seconds)',
  connect: 'connecting',
  login: 'logging in',
  vault: 'checking your keys',
  sync: 'fetching what you missed',
};
const REDRAW_MS = 250;
const WIDTH = 20;

export class Progress {
  readonly #output: Output;
  readonly #stream: { isTTY?: boolean; write(text: string): unknown };
  #timer: NodeJS.Timeout | null = null;

  constructor(output: Output, stream: { isTTY?: boolean; write(text: string): unknown }) {
    this.#output = output;
    this.#stream = stream;
  }

  step(step: Step): void {
    this.end();
    if (this.#output.quiet) return;
    if (this.#stream.isTTY !== true) {
      // Scripts hear of the one step that takes long.
      if (step === 'keys') this.#output.remark(sentences[step]);
      return;
    }
    let drawn = 0;
    const draw = (): void => {
      const at = drawn++ % WIDTH;
      const bar = `${'░'.repeat(at)}█${'░'.repeat(WIDTH - 1 - at)}`;
      this.#stream.write(`\r\u001b[2K${bar} ${sentences[step]}`);
    };
    draw();
    this.#timer = setInterval(draw, REDRAW_MS);
  }

  /** Takes the line away, before anything else is written there. */
  end(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#stream.write('\r\u001b[2K');
  }
}
