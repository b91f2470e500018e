/**
 * Asks the terminal, once, before the first frame: whether it joins grapheme clusters (mode 2027), how wide it draws one sample
 * of each kind that terminals disagree on, and what its background is. The questions are written before the screen is loaded, so
 * that the answers are there by then.
 */
import type { Clock } from '../../platform/clock.ts';
import { type Kind, kinds, plausibleWidths, samples, type Widths } from '../width/cluster-widths.ts';
import type { TerminalReply } from './sequences.ts';

const ESC = '\x1b';
const CLUSTERS = 2027;
/** The row of the first sample: an answer about the first row looks like F3 with a modifier. */
const FIRST = 2;
/** How long a silent terminal is waited for. ms. */
const PATIENCE = 100;
/** Answers that arrived while the screen was loading are read within this time. ms. */
const MOMENT = 10;

type Output = { write(text: string): unknown };

export type SurveyOptions = {
  output: Output;
  clock: Clock;
  /** Asks for the background, which decides the theme. */
  background: boolean;
  /** The terminal runs in tmux or screen, which may pass a question on. */
  multiplexed: boolean;
};

/** Writes the empty alternate screen and the questions when it is made. */
export class Survey {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #askedAt: number;
  readonly #cells: Partial<Record<Kind, number>> = {};
  readonly #done = Promise.withResolvers<void>();
  #clusters = 0;
  #isTaken = false;

  constructor({ output, clock, background, multiplexed }: SurveyOptions) {
    this.#output = output;
    this.#clock = clock;
    this.#askedAt = clock.monotonic();
    const measured = kinds.map((kind, at) => `${ESC}[${FIRST + at};1H${ESC}[8m${samples[kind]}${ESC}[m${ESC}[6n`);
    output.write(
      [
        `${ESC}[?1049h${ESC}[?25l${ESC}[?${CLUSTERS}$p${ESC}[?${CLUSTERS}h`,
        ...measured,
        `${ESC}[H${ESC}[J`,
        background ? backgroundQuestion(multiplexed) : '',
        // Every terminal answers this: a question that is unanswered by then stays so.
        `${ESC}[c`,
      ].join(''),
    );
  }

  onReply(reply: TerminalReply): void {
    if (reply.type === 'device') this.#done.resolve();
    else if (reply.type === 'mode' && reply.mode === CLUSTERS) this.#clusters = reply.state;
    else if (reply.type === 'cell') {
      const kind = kinds[reply.row - FIRST];
      if (kind !== undefined) this.#cells[kind] ??= reply.column - 1;
    }
  }

  /** Resolves when everything is answered, or will not be. */
  async settled(): Promise<void> {
    const left = this.#askedAt + PATIENCE - this.#clock.monotonic();
    const cancel = this.#clock.after(Math.max(MOMENT, left), this.#done.resolve);
    await this.#done.promise;
    cancel();
  }

  /** The measured widths. A terminal that joins clusters and does not measure draws them all in 2 cells. */
  get widths(): Widths {
    return plausibleWidths(this.#cells);
  }

  /** The terminal joined clusters before the program asked. */
  get hadClusters(): boolean {
    return this.#clusters === 1 || this.#clusters === 3;
  }

  /** From now on the screen restores the terminal. */
  release(): void {
    this.#isTaken = true;
  }

  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Restores the terminal when no screen was opened. */
  restore(): void {
    if (!this.#isTaken) this.#output.write(`${ESC}[?${CLUSTERS}l${ESC}[?25h${ESC}[?1049l`);
    this.#isTaken = true;
  }
}

/** OSC 11. A terminal that knows it answers as keyboard input; others ignore it. */
function backgroundQuestion(multiplexed: boolean): string {
  const question = `${ESC}]11;?${ESC}\\`;
  return multiplexed ? `${question}${ESC}Ptmux;${question.replaceAll(ESC, ESC + ESC)}${ESC}\\` : question;
}
