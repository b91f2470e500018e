import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { lookOf } from '../../../src/tui/select/select.ts';
import type { Play } from './screen-state.ts';

/** The rows of the window, as text. */
export function seen(play: Play): string[] {
  const { look, height } = lookOf(play.state);
  return viewOf(play.thread, look, height).rows.map(({ row }) =>
    row.spans
      .map((span) => span.text)
      .join('')
      .trim(),
  );
}
