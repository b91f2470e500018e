import { Box } from 'ink';
import { chatOf } from '../field.ts';
import { fill, width } from '../measure.ts';
import type { Span } from '../rows.ts';
import { type ListedConversation, peopleOf, personAt, waits } from '../select.ts';
import { nameRole, type Role } from '../theme.ts';
import { Line } from './line.tsx';
import { sameItems, useSelect } from './use-store.ts';

const none: ListedConversation[] = [];

/** Rooms and people, with presence, unread counts or that they write, and the open one marked. */
export function PeoplePane({ columns, rows }: { columns: number; rows: number }) {
  const list = useSelect((state) => {
    const chat = chatOf(state);
    return chat === null ? none : peopleOf(chat);
  }, sameItems);
  const at = useSelect((state) => {
    const chat = chatOf(state);
    return chat === null ? 0 : personAt(chat);
  });
  const focused = useSelect(
    (state) => state.focus === 'people' || (state.overlay?.kind === 'pane' && state.overlay.pane === 'people'),
  );
  const current = focused ? at : list.findIndex((item) => item.open);
  const rooms = list.filter((item) => item.room).length;
  // A blank row parts rooms from people.
  const shown: (ListedConversation | null)[] =
    rooms > 0 && rooms < list.length ? [...list.slice(0, rooms), null, ...list.slice(rooms)] : list;
  const currentRow = current >= rooms && shown.length > list.length ? current + 1 : current;
  const first = Math.max(0, Math.min(currentRow - Math.floor(rows / 2), shown.length - rows));
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {shown.slice(first, first + rows).map((item, index) => (
        <Line
          key={item?.name ?? 'gap'}
          spans={
            item === null
              ? [{ text: ' ', role: 'plain' }]
              : spansOf(item, columns, focused && first + index === currentRow)
          }
          selected={focused && first + index === currentRow}
        />
      ))}
    </Box>
  );
}

/** What is chosen has a bar at its left: without colours it is not seen otherwise. */
function spansOf(item: ListedConversation, columns: number, chosen: boolean): Span[] {
  const unread = `${item.mentioned ? '@' : ''}${item.unread > 999 ? '999+' : item.unread}`;
  const count = item.unread > 0 ? unread : item.typing ? '…' : item.draft ? '✎' : '';
  const badge = item.changed ? '!' : item.verified ? '✔' : '';
  const here = item.online && !item.away;
  const sign = item.blocked ? '⊘' : item.room ? '#' : here ? '●' : item.away ? '◐' : '○';
  const role: Role = here && !item.room && !item.blocked ? 'online' : 'quiet';
  const hush = item.muted ? ' ⊖' : '';
  const room = columns - 5 - (count === '' ? 0 : width(count) + 1) - (badge === '' ? 0 : 2) - width(hush);
  const name: Role = item.blocked
    ? 'quiet'
    : waits(item)
      ? 'unread'
      : item.open
        ? 'title'
        : item.room || !here
          ? 'plain'
          : nameRole(item.label);
  return [
    { text: chosen ? '▌' : item.open ? '▸' : ' ', role: 'accent' },
    { text: `${sign} `, role },
    { text: fill(item.label, room), role: name },
    { text: badge === '' ? '' : ` ${badge}`, role: item.changed ? 'bad' : 'good' },
    { text: hush, role: 'quiet' },
    { text: count === '' ? '' : ` ${count}`, role: item.muted && !item.mentioned ? 'quiet' : 'unread' },
    { text: ' ', role: 'plain' },
  ];
}
