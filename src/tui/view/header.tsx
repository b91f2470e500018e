import { Box } from 'ink';
import { chatOf } from '../field.ts';
import type { Layout } from '../layout.ts';
import { fill, width } from '../measure.ts';
import type { Span } from '../rows.ts';
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
  const { name, state, role, online } = useSelect((all) => {
    const chat = chatOf(all);
    if (chat === null) return { name: '', state: '', role: 'quiet' as Role, online: '' };
    // Without the link nobody knows who is there.
    const known = chat.link.state === 'online';
    if (chat.open.startsWith('#')) {
      const here = Object.values(chat.people).filter((person) => person.online).length;
      return { name: chat.open, state: '', role: 'quiet' as Role, online: known ? strings.header.room(here) : '' };
    }
    const person = chat.people[chat.open.slice(1)];
    const online = person === undefined || !known ? '' : person.online ? strings.header.online : strings.header.offline;
    if (person?.changedTo != null)
      return { name: chat.open, state: strings.header.changed, role: 'bad' as Role, online };
    if (person?.fingerprint === null)
      return { name: chat.open, state: strings.header.noKeys, role: 'warn' as Role, online };
    const verified = person?.verified ?? false;
    return {
      name: chat.open,
      state: verified ? strings.header.verified : strings.header.unverified,
      role: verified ? ('good' as Role) : ('quiet' as Role),
      online,
    };
  });
  const left: Span[] = [
    { text: `${focused ? '▸' : ' '}${name}`, role: focused ? 'accent' : 'title' },
    { text: online === '' ? '' : `  ${online}`, role: 'quiet' },
  ];
  const used = left.reduce((sum, span) => sum + width(span.text), 0);
  return <Line spans={[...left, { text: `${fill(state, Math.max(0, columns - used - 1), 'right')} `, role }]} />;
}
