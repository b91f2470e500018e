/** Gives the terminal away for a while and takes it back: to the shell, or only to draw everything anew. */

import type { Suspend } from '../view/app.tsx';
import type { TerminalModes } from './terminal-modes.ts';

export type HandoverParts = {
  modes: TerminalModes;
  raw(on: boolean): void;
  /** The window may have another size than before. */
  measure(): void;
};

export class Handover {
  readonly #parts: HandoverParts;
  #suspend: Suspend | null = null;
  #away = false;

  constructor(parts: HandoverParts) {
    this.#parts = parts;
  }

  /** Ink's part of it, known with its first picture. */
  readonly drawnBy = (suspend: Suspend): void => {
    this.#suspend = suspend;
  };

  /** Gives the terminal back while `meanwhile` runs, then draws everything anew. While it is away, nothing more. */
  async during(meanwhile: () => Promise<void>): Promise<void> {
    if (this.#away) return;
    this.#away = true;
    const { modes, raw, measure } = this.#parts;
    const suspended = await this.#suspend?.();
    modes.leave();
    raw(false);
    await meanwhile();
    // First, for some terminals answer at once when they are asked to tell the focus, and the answer would be echoed.
    raw(true);
    modes.enter();
    measure();
    await suspended?.resume();
    this.#away = false;
  }

  /** As if the terminal had been away. */
  readonly redraw = (): void => void this.during(async () => {});
}
