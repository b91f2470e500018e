/** Gives the terminal to the shell for a while and takes it back, or only redraws everything. */

import type { Suspend } from '../view/app.tsx';
import type { TerminalModes } from './terminal-modes.ts';

export type HandoverParts = {
  modes: TerminalModes;
  raw(on: boolean): void;
  /** The window may have been resized. */
  measure(): void;
};

export class Handover {
  readonly #parts: HandoverParts;
  #suspend: Suspend | null = null;
  #away = false;

  constructor(parts: HandoverParts) {
    this.#parts = parts;
  }

  /** Called with Ink's `suspendTerminal`, once the first frame is drawn. */
  readonly setSuspend = (suspend: Suspend): void => {
    this.#suspend = suspend;
  };

  /** Restores the terminal while `meanwhile` runs, then redraws everything. Calls during that time do nothing. */
  async suspendDuring(meanwhile: () => Promise<void>): Promise<void> {
    if (this.#away) return;
    this.#away = true;
    const { modes, raw, measure } = this.#parts;
    const suspended = await this.#suspend?.();
    modes.leave();
    raw(false);
    await meanwhile();
    // Raw mode first: some terminals answer at once when focus reports are switched on, and the answer would be echoed.
    raw(true);
    modes.enter();
    measure();
    await suspended?.resume();
    this.#away = false;
  }

  /** Redraws everything. */
  readonly redraw = (): void => void this.suspendDuring(async () => {});
}
