/** `.transfers`: a line a transfer, and one with its reason where there is one. Pure. */
import { rate, size } from './format.ts';
import { fill } from './measure.ts';
import { isOnline, transfersOf } from './select.ts';
import type { Chat } from './state.ts';
import { strings } from './strings.ts';

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
