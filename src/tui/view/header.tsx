import { Box } from 'ink';
import { chatOf } from '../field.ts';
import { isShut } from '../hush.ts';
import type { Layout } from '../layout.ts';
import { fill, width } from '../measure.ts';
import type { Span } from '../rows.ts';
import { presenceWord } from '../select.ts';
import type { State } from '../state.ts';
import { strings } from '../strings.ts';
import type { Role } from '../theme.ts';
import { Line } from './line.tsx';
import { VerticalRule } from './rule.tsx';
import { useSelect } from './use-store.ts';

/** The panes' titles; in the middle, who the open conversation is with and how sure that is. */
export function Header({ layout }: { layout: Layout }) {
  const focus = useSelect((state) => state.focus);
  const title = (pane: 'people' | 'files', text: string, columns: number) => (
    <Line
      spans={[
        { text: fill(`${focus === pane ? '▸' : ' '}${text}`, columns), role: focus === pane ? 'accent' : 'quiet' },
      ]}
    />
  );
  return (
    <Box height={1}>
      {layout.people > 0 && (
        <>
          {title('people', strings.panes.people, layout.people)}
          <VerticalRule rows={1} />
        </>
      )}
      <ConversationTitle columns={layout.messages} />
      {layout.files > 0 && (
        <>
          <VerticalRule rows={1} />
          {title('files', strings.panes.files, layout.files)}
        </>
      )}
    </Box>
  );
}

function ConversationTitle({ columns }: { columns: number }) {
  const focused = useSelect((state) => state.focus === 'messages');
  const { name, state, role, online, typing } = useSelect(titleOf);
  const lead = `${focused ? '▸' : ' '}${name}`;
  // What is known of their key is never pushed aside by what anybody can claim.
  const writes = strings.header.typing(name.slice(1));
  const fits = width(lead) + width(writes) + width(state) + 5 <= columns;
  const beside = typing ? (fits ? writes : strings.header.typingShort) : online;
  const left: Span[] = [
    { text: lead, role: focused ? 'accent' : 'title' },
    { text: beside === '' ? '' : `  ${beside}`, role: typing ? 'accent' : 'quiet' },
  ];
  const used = left.reduce((sum, span) => sum + width(span.text), 0);
  return <Line spans={[...left, { text: `${fill(state, Math.max(0, columns - used - 1), 'right')} `, role }]} />;
}

type Title = { name: string; state: string; role: Role; online: string; typing: boolean };

function titleOf(all: State): Title {
  const chat = chatOf(all);
  const title: Title = { name: chat?.open ?? '', state: '', role: 'quiet', online: '', typing: false };
  if (chat === null) return title;
  // Without the link nobody knows who is there.
  const known = chat.link.state === 'online';
  const hush = chat.muted.has(chat.open) ? strings.header.muted : '';
  if (chat.open.startsWith('#')) {
    const here = Object.values(chat.people).filter((person) => person.online).length;
    return { ...title, state: hush, online: known ? strings.header.room(here) : '' };
  }
  const person = chat.people[chat.open.slice(1)];
  if (person === undefined) return { ...title, state: strings.header.unverified };
  const online = known ? presenceWord(person) : '';
  if (isShut(chat.blocked, chat.open)) return { ...title, state: strings.header.blocked(person.name), online };
  if (person.changedTo !== null) return { ...title, state: strings.header.changed, role: 'bad', online };
  if (person.fingerprint === null) return { ...title, state: strings.header.noKeys, role: 'warn', online };
  return {
    ...title,
    state: `${hush}${hush && '  '}${person.verified ? strings.header.verified : strings.header.unverified}`,
    role: person.verified ? 'good' : 'quiet',
    online,
    typing: chat.typing.has(person.name),
  };
}
