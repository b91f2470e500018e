/**
 * What is asked of the terminal, once, before the first picture: whether it joins grapheme clusters (mode 2027), how wide it draws
 * one sample of each kind that terminals disagree on, and what its background is. It is written before the screen is loaded, so
 * that the answers are there by then.
 */
import type { Clock } from '../../platform/clock.ts';
import { type Kind, kinds, learnable, samples, type Widths } from '../width/cluster-widths.ts';
import type { Reply } from './sequences.ts';

const ESC = '\x1b';
const CLUSTERS = 2027;
/** The row of the first sample: what is asked in the first row is answered as F3 with a modifier is. */
const FIRST = 2;
/** A terminal that says nothing is waited for no longer. ms. */
const PATIENCE = 100;
/** What has come while the screen was loaded is read within this. ms. */
const MOMENT = 10;

type Output = { write(text: string): unknown };

export type SurveyOptions = {
  output: Output;
  clock: Clock;
  /** The background decides on the theme. */
  background: boolean;
  /** Inside tmux or screen, which may hand a question on to the terminal. */
  multiplexed: boolean;
};

/** Written at once: the alternate screen with nothing on it, and the questions. */
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
        // Answered by all: what comes no earlier does not come.
        `${ESC}[c`,
      ].join(''),
    );
  }

  onReply(reply: Reply): void {
    if (reply.type === 'device') this.#done.resolve();
    else if (reply.type === 'mode' && reply.mode === CLUSTERS) this.#clusters = reply.state;
    else if (reply.type === 'cell') {
      const kind = kinds[reply.row - FIRST];
      if (kind !== undefined) this.#cells[kind] ??= reply.column - 1;
    }
  }

  /** Resolves when all has been answered, or will not be. */
  async settled(): Promise<void> {
    const left = this.#askedAt + PATIENCE - this.#clock.monotonic();
    const cancel = this.#clock.after(Math.max(MOMENT, left), this.#done.resolve);
    await this.#done.promise;
    cancel();
  }

  /** As far as it was answered; a terminal that joins clusters and does not measure draws them all in 2 cells. */
  get widths(): Widths {
    return learnable(this.#cells);
  }

  /** Clusters were joined before it was asked for: that is how they are left. */
  get hadClusters(): boolean {
    return this.#clusters === 1 || this.#clusters === 3;
  }

  /** From now on the screen itself gives the terminal back. */
  taken(): void {
    this.#isTaken = true;
  }

  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** The terminal as it was, when no screen came of it. */
  giveBack(): void {
    if (!this.#isTaken) this.#output.write(`${ESC}[?${CLUSTERS}l${ESC}[?25h${ESC}[?1049l`);
    this.#isTaken = true;
  }
}

/** OSC 11. A terminal that knows it answers on the keyboard's side; the others say nothing. */
function backgroundQuestion(multiplexed: boolean): string {
  const question = `${ESC}]11;?${ESC}\\`;
  return multiplexed ? `${question}${ESC}Ptmux;${question.replaceAll(ESC, ESC + ESC)}${ESC}\\` : question;
}
