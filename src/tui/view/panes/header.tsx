import { Box } from 'ink';
import type { Span } from '../../messages/marked-text.ts';
import { isOnline, presenceWord } from '../../selectors/selectors.ts';
import { chatOf } from '../../state/focus.ts';
import type { Layout } from '../../state/layout.ts';
import { personOf } from '../../state/lookup.ts';
import { isBlockedConversation } from '../../state/muting.ts';
import type { State } from '../../state/state.ts';
import type { Role } from '../../state/theme.ts';
import { strings } from '../../text/strings.ts';
import { cut, fill, width } from '../../width/measure.ts';
import { Line } from '../elements/line.tsx';
import { VerticalRule } from '../elements/rule.tsx';
import { useSelect } from '../elements/use-store.ts';

/** The titles of the panes; in the middle, whom the open conversation is with and whether their key is verified. */
export function Header({ layout }: { layout: Layout }) {
  const focus = useSelect((state) => state.focus);
  const me = useSelect((state) => chatOf(state)?.me.name ?? '');
  const title = (pane: 'people' | 'files', text: string, columns: number, beside = '') => {
    const lead = `${focus === pane ? '▸' : ' '}${text}`;
    const role = focus === pane ? 'accent' : 'dim';
    const room = Math.max(0, columns - width(lead) - 2);
    return (
      <Line
        spans={[
          { text: cut(lead, columns), role },
          { text: ` ${fill(beside, room, 'right')} `, role: 'dim' },
        ]}
      />
    );
  };
  return (
    <Box height={1}>
      {layout.people > 0 && (
        <>
          {title('people', strings.panes.people, layout.people, me)}
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
  const { name, state, short, role, online, typing } = useSelect(titleOf);
  const lead = `${focused ? '▸' : ' '}${name}`;
  // The state of their key always stays visible: it never gives way to text that others control.
  const writes = strings.header.typing(name.slice(1));
  const fits = width(lead) + width(writes) + width(state) + 5 <= columns;
  const beside = typing ? (fits ? writes : strings.header.typingShort) : online;
  const left: Span[] = [
    { text: lead, role: focused ? 'accent' : 'title' },
    { text: beside === '' ? '' : `  ${beside}`, role: typing ? 'accent' : 'dim' },
  ];
  const used = left.reduce((sum, span) => sum + width(span.text), 0);
  // Two cells between and one at the end; a state that does not fit is shortened.
  const room = Math.max(0, columns - used - 3);
  const text = width(state) <= room ? state : (short ?? state);
  return <Line spans={[...left, { text: `  ${fill(text, room, 'right')} `, role }]} />;
}

/** `short`: a shorter form of `state`. */
type Title = { name: string; state: string; short?: string; role: Role; online: string; typing: boolean };

function titleOf(all: State): Title {
  const chat = chatOf(all);
  const title: Title = { name: chat?.open ?? '', state: '', role: 'dim', online: '', typing: false };
  if (chat === null) return title;
  // Without a link, presence is not known.
  const known = isOnline(chat);
  const muting = chat.muted.has(chat.open) ? strings.header.muted : '';
  if (chat.open.startsWith('#')) {
    const here = Object.values(chat.people).filter((person) => person.online).length;
    return { ...title, state: muting, online: known ? strings.header.room(here) : '' };
  }
  const person = personOf(chat, chat.open.slice(1));
  if (person === undefined) return { ...title, state: strings.header.unverified };
  const online = known ? presenceWord(person) : '';
  if (isBlockedConversation(chat.blocked, chat.open))
    return { ...title, state: strings.header.blocked(person.name), online };
  if (person.changedTo !== null)
    return { ...title, state: strings.header.changed, short: strings.header.changedShort, role: 'bad', online };
  if (person.fingerprint === null) return { ...title, state: strings.header.noKeys, role: 'warn', online };
  return {
    ...title,
    state: `${muting}${muting && '  '}${person.verified ? strings.header.verified : strings.header.unverified}`,
    role: person.verified ? 'good' : 'dim',
    online,
    typing: chat.typing.has(person.name),
  };
}
