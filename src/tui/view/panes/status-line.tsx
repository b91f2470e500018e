import { Box } from 'ink';
import { MAX_TEXT_BYTES } from '../../../protocol/base/safe-text.ts';
import { selectedRun } from '../../messages/folding.ts';
import type { Span } from '../../messages/marked-text.ts';
import { newDeviceWarning } from '../../selectors/new-device-warning.ts';
import { unreadCount } from '../../selectors/selectors.ts';
import { textOf } from '../../state/editor.ts';
import { chatOf, openThread } from '../../state/focus.ts';
import { hasKey } from '../../state/message-list.ts';
import type { Chat, Completion, State } from '../../state/state.ts';
import { strings } from '../../text/strings.ts';
import { cut, fill, width } from '../../width/measure.ts';
import { Line } from '../elements/line.tsx';
import { useSelect } from '../elements/use-store.ts';

/** The state of the link, transfers, and a notice, a warning or the most useful keys. */
export function StatusLine({ columns }: { columns: number }) {
  const left = useSelect(stateOf);
  const right = useSelect(hintOf, (a, b) => a.text === b.text && a.role === b.role && a.short === b.short);
  const notice = useSelect((state) => state.notice !== null);
  const moving = useSelect((state) => {
    const chat = chatOf(state);
    if (chat === null) return '';
    const running = Object.values(chat.transfers).filter((transfer) => transfer.state === 'running').length;
    const unread = unreadCount(chat, chat.open);
    return `${running > 0 ? `  ${strings.status.transfers(running)}` : ''}${unread > 0 ? `  ${strings.status.unread(unread)}` : ''}`;
  });
  // The reason of a lost link gives way to a notice or a warning; the state itself never does.
  const why = notice || right.short !== undefined || width(left.why) > columns - width(left.text) - 3 ? '' : left.why;
  const bare = ` ${left.text}${why}`;
  // On a narrow screen, key hints are more useful than "end-to-end encrypted".
  const isCrowded = width(bare) + width(left.sealed) + width(moving) + width(right.text) + 3 > columns;
  const lead = isCrowded ? bare : bare + left.sealed;
  const room = columns - width(lead) - width(moving) - 3;
  const whole = width(right.text) > room && right.short !== undefined ? right.short : right.text;
  const hint = notice || right.role !== 'dim' ? whole : hintsIn(right.text, room);
  // A notice that does not fit beside the state replaces it until the next key.
  const alone = notice && left.online && width(right.text) > room;
  const spans: Span[] = alone
    ? [{ text: ` ${cut(right.text, columns - 2)} `, role: right.role }]
    : [
        { text: lead, role: left.role },
        { text: moving, role: 'unread' },
        {
          text: `  ${fill(notice || width(hint) <= room ? hint : '', Math.max(0, room), 'right')} `,
          role: right.role,
        },
      ];
  return (
    <Box height={1} width={columns}>
      <Line spans={spans} />
    </Box>
  );
}

/** The inserted completion and the next ones, as far as there is room. */
function choicesOf({ words, at }: Completion, columns: number): string {
  const turned = [...words.slice(at), ...words.slice(0, at)].map((word) => word.trim());
  const [now = '', ...next] = turned;
  return cut(`[${now}] ${next.slice(0, 20).join('  ')}`, columns);
}

/** The hints that fit, most useful first, separated by two spaces. */
function hintsIn(text: string, room: number): string {
  const hints = text.split('  ');
  while (hints.length > 0 && width(hints.join('  ')) > room) hints.pop();
  return hints.join('  ');
}

type LinkShown = Span & { why: string; sealed: string; online: boolean };

function stateOf(state: State): LinkShown {
  const chat = chatOf(state);
  if (chat === null) return { text: '', why: '', sealed: '', role: 'dim', online: false };
  const { link } = chat;
  const text = `${strings.status.link(link, state.now)}${chat.away ? `  ${strings.status.away}` : ''}`;
  if (link.state === 'online')
    return { text, why: '', sealed: `  ${strings.status.sealed}`, role: 'good', online: true };
  const why = strings.status.why(link);
  return { text, why, sealed: '', role: link.state === 'connecting' ? 'warn' : 'bad', online: false };
}

function messageHints(chat: Chat): string {
  if (selectedRun(chat) !== null) return strings.status.hintsRun;
  const { messages, selected } = openThread(chat);
  const chosen = selected === null ? undefined : messages.findLast((message) => hasKey(message, selected));
  return chosen?.state === 'failed' ? strings.status.hintsFailed : strings.status.hintsMessages;
}

/** `short`: the text of a warning for a narrow screen. */
function hintOf(state: State): Span & { short?: string } {
  if (state.notice !== null) {
    return { text: state.notice.text, role: ({ info: 'plain', good: 'good', bad: 'bad' } as const)[state.notice.tone] };
  }
  const chat = chatOf(state);
  if (chat !== null && chat.completion !== null && state.focus === 'composer')
    return { text: choicesOf(chat.completion, Math.floor(state.size.columns / 2)), role: 'plain' };
  if (chat !== null && state.focus === 'composer') {
    const bytes = Buffer.byteLength(textOf(openThread(chat).draft));
    if (bytes > MAX_TEXT_BYTES * 0.8) {
      return { text: strings.composer.length(bytes, MAX_TEXT_BYTES), role: bytes > MAX_TEXT_BYTES ? 'bad' : 'warn' };
    }
  }
  const warning = chat === null ? null : newDeviceWarning(chat);
  if (warning !== null) return { ...warning, role: 'bad' };
  const pane = state.overlay?.kind === 'pane' ? state.overlay.pane : state.focus;
  if (pane === 'files') return { text: strings.status.hintsFiles, role: 'dim' };
  if (pane === 'messages') {
    return { text: chat === null ? '' : messageHints(chat), role: 'dim' };
  }
  if (pane === 'people') return { text: strings.status.hintsPane, role: 'dim' };
  return { text: chat?.link.state === 'waiting' ? strings.status.hintsOffline : strings.status.hints, role: 'dim' };
}
