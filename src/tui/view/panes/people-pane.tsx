import { Box } from 'ink';
import type { Span } from '../../messages/marked-text.ts';
import {
  type ConversationItem,
  hasUnread,
  type PersonRow,
  peopleShown,
  presenceSign,
} from '../../selectors/selectors.ts';
import { nameRole, type Role } from '../../state/theme.ts';
import { fill, width } from '../../width/measure.ts';
import { Line } from '../elements/line.tsx';
import { sameItems, useSelect } from '../elements/use-store.ts';

/** Rooms and people, with presence, unread counts or typing, and the open one marked. */
export function PeoplePane({ columns, rows }: { columns: number; rows: number }) {
  const list = useSelect((state) => peopleShown(state, rows).rows, sameRows);
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {list.map(({ item, chosen }) => (
        <Line
          key={item?.name ?? 'gap'}
          spans={item === null ? [{ text: ' ', role: 'plain' }] : spansOf(item, columns, chosen)}
          selected={chosen}
        />
      ))}
    </Box>
  );
}

function sameRows(a: readonly PersonRow[], b: readonly PersonRow[]): boolean {
  const items = (rows: readonly PersonRow[]) => rows.map(({ item }) => item);
  return sameItems(items(a), items(b)) && a.every(({ chosen }, at) => chosen === b[at]?.chosen);
}

/** The selected row has a bar at its left, which shows without colours. */
function spansOf(item: ConversationItem, columns: number, chosen: boolean): Span[] {
  const unread = `${item.mentioned ? '@' : ''}${item.unread > 999 ? '999+' : item.unread}`;
  const count = item.unread > 0 ? unread : item.typing ? '…' : item.draft ? '✎' : '';
  const badge = item.changed ? '!' : item.verified ? '✔' : '';
  const here = item.online && !item.away;
  const sign = item.blocked ? '⊘' : presenceSign(item);
  const role: Role = here && !item.room && !item.blocked ? 'online' : 'dim';
  const muting = item.muted ? ' ⊖' : '';
  const room = columns - 5 - (count === '' ? 0 : width(count) + 1) - (badge === '' ? 0 : 2) - width(muting);
  const name: Role = item.blocked
    ? 'dim'
    : hasUnread(item)
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
    { text: muting, role: 'dim' },
    { text: count === '' ? '' : ` ${count}`, role: item.muted && !item.mentioned ? 'dim' : 'unread' },
    { text: ' ', role: 'plain' },
  ];
}
