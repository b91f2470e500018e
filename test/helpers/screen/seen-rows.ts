import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { lookOf } from '../../../src/tui/selectors/selectors.ts';
import type { ScreenState } from './screen-state.ts';

/** The rows of the window, as text. */
export function visibleRows(screen: ScreenState): string[] {
  const { look, height } = lookOf(screen.state);
  return viewOf(screen.thread, look, height).rows.map(({ row }) =>
    row.spans
      .map((span) => span.text)
      .join('')
      .trim(),
  );
}
