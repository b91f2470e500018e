/** Folder `view/panes`: the panes, the composer, the header and the status line; they know no dialog. */
import { Box } from 'ink';
import { useMemo } from 'react';
import type { ConversationName, LinkState } from '../../../client/types.ts';
import type { Span } from '../../messages/marked-text.ts';
import type { Row } from '../../messages/rows.ts';
import { type Scroll, shownKey, viewOf } from '../../messages/viewport.ts';
import { namesColumn } from '../../selectors/selectors.ts';
import { chatOf, openThread } from '../../state/focus.ts';
import { isBlockedConversation } from '../../state/muting.ts';
import { strings } from '../../text/strings.ts';
import { fill, width } from '../../width/measure.ts';
import { Line } from '../elements/line.tsx';
import { useSelect } from '../elements/use-store.ts';

const nobody: ReadonlySet<string> = new Set();
const connecting: LinkState = { state: 'connecting' };
const nothing = {
  name: '#' as ConversationName,
  unfolded: [],
  blocked: nobody,
  hit: null,
  seeking: false,
  messages: [],
  gaps: [],
  anchor: null,
  newAfter: null,
  more: false,
  below: 0,
  selected: null,
  loaded: 'no' as const,
};

/** The window over the open conversation. Short conversations start at the bottom, next to the composer. */
export function MessagesPane({ columns, rows, bare }: { columns: number; rows: number; bare: boolean }) {
  const { name, messages, gaps, anchor, newAfter, more, below, selected, loaded, unfolded, blocked, hit, seeking } =
    useSelect((state) => {
      const chat = chatOf(state);
      if (chat === null) return nothing;
      const thread = openThread(chat);
      const { name, messages, gaps, anchor, newAfter, more, below, selected, loaded, unfolded } = thread;
      return {
        name,
        messages,
        gaps,
        anchor,
        newAfter,
        more,
        below,
        selected,
        loaded,
        unfolded,
        blocked: chat.blocked,
        hit: chat.hit,
        seeking: thread.locatingUnread && thread.loaded !== 'failed',
      };
    });
  const link = useSelect((state) => chatOf(state)?.link ?? connecting);
  const me = useSelect((state) => chatOf(state)?.me.name ?? '');
  const names = useSelect((state) => {
    const chat = chatOf(state);
    return chat === null ? 0 : namesColumn(chat, columns);
  });
  const focused = useSelect((state) => state.focus === 'messages' && state.overlay === null);
  const scroll: Scroll = useMemo(
    () => ({ messages, gaps, anchor, newAfter, more, unfolded }),
    [messages, gaps, anchor, newAfter, more, unfolded],
  );
  const view = useMemo(
    () => viewOf(scroll, { columns, me, bare, names, blocked, hit }, rows),
    [scroll, columns, me, bare, names, blocked, hit, rows],
  );
  // Nothing is drawn until the position of the window is known, so that it does not jump.
  const drawn = seeking ? [] : view.rows;
  const chosen = focused && selected !== null ? shownKey(scroll, { blocked }, selected) : null;
  const note = anchor === null ? null : below > 0 ? strings.messages.below(below) : strings.messages.scrolled;
  const head = isBlockedConversation(blocked, name)
    ? strings.messages.shut(name.slice(1))
    : seeking
      ? strings.messages.loading
      : headLine(view.top, more, loaded, messages.length, link);
  const space = rows - drawn.length - (note === null ? 0 : 1);
  return (
    <Box flexDirection="column" width={columns} height={rows} justifyContent="flex-end">
      {space > 0 && head !== '' && <Line spans={[{ text: centered(head, columns), role: 'dim' }]} />}
      {drawn
        .map(({ row, key }, place) => ({ row, key, place }))
        .map(({ row, key, place }) => (
          <Line key={place} spans={marked(row, key === chosen)} />
        ))}
      {note !== null && <Line spans={[{ text: centered(`↓ ${note}`, columns), role: below > 0 ? 'unread' : 'dim' }]} />}
    </Box>
  );
}

/** The selected message has a bar at its left. */
function marked(row: Row, chosen: boolean): readonly Span[] {
  const [first, ...rest] = row.spans;
  if (!chosen || first === undefined) return row.spans;
  return [{ text: '▌', role: 'accent' }, { text: first.text.slice(1), role: first.role }, ...rest];
}

function headLine(top: boolean, more: boolean, loaded: string, count: number, link: LinkState): string {
  if (loaded === 'loading' && count === 0) return strings.messages.loading;
  if (loaded === 'failed') return strings.messages.unavailable(link);
  if (count === 0) return strings.messages.empty;
  return top && !more ? strings.messages.beginning : '';
}

function centered(text: string, columns: number): string {
  return fill(' '.repeat(Math.max(0, Math.floor((columns - width(text)) / 2))) + text, columns);
}
