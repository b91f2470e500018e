/** The lines of `.transfers`: one for each transfer, and one for its reason if there is one. Pure. */

import type { Chat } from '../state/state.ts';
import { rate, size } from '../text/format.ts';
import { strings } from '../text/strings.ts';
import { fill } from '../width/measure.ts';
import { isOnline, transfersOf } from './selectors.ts';

export function transferLines(chat: Chat): string[] {
  const lines = transfersOf(chat).flatMap(
    ({ direction, name, conversation, done, size: all, rate: speed, state, note }) => {
      const goes =
        state !== 'running' ? strings.files.states[state] : isOnline(chat) ? rate(speed) : strings.files.waits;
      const bytes = fill(`${size(done)} / ${size(all)}`, 20, 'right');
      return [
        `${direction === 'up' ? '↑' : '↓'} ${fill(name, 28)} ${bytes}  ${fill(goes, Math.max(10, goes.length))} ${conversation}`,
        ...(note === null ? [] : [`  ${note}`]),
      ];
    },
  );
  return lines.length === 0 ? [strings.notices.noTransfer] : lines;
}
