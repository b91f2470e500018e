/** The contents and position of overlays, as values. */
import { shownName } from '../../../client/people/shown-name.ts';
import type { Span } from '../../messages/marked-text.ts';
import { firstLine } from '../../messages/rows.ts';
import { overlayColumns, overlayRoom, pageLines } from '../../selectors/overlay-size.ts';
import { destinations, MOST_HITS, picked, searchHits } from '../../selectors/search.ts';
import { layoutFor, loadedCount } from '../../selectors/selectors.ts';
import { textOf } from '../../state/editor.ts';
import { chatOf } from '../../state/focus.ts';
import { personOf } from '../../state/lookup.ts';
import type { Question } from '../../state/question.ts';
import type { Chat, Overlay as OverlayState, State } from '../../state/state.ts';
import { nameRole } from '../../state/theme.ts';
import { clockTime, groups, number, size } from '../../text/format.ts';
import { strings } from '../../text/strings.ts';
import { cut, fill, width } from '../../width/measure.ts';
import { type PanelProps, type PanelRow, paragraph } from '../elements/panel.tsx';
import { secretPanel } from './secret-panel.ts';

type Shown = { title: string; foot: string; rows: PanelRow[] };
type Space = { columns: number; room: number };

type Made = {
  overlay: OverlayState | null;
  chat: Chat | null;
  columns: number;
  rows: number;
  panel: PanelProps | null;
};
/** The overlay and the cursor both ask for it after every event: the newest result is cached. */
let made: Made | null = null;

/** The panel of the open overlay; null when there is none, or when it is a pane. */
export function overlayPanel(state: State): PanelProps | null {
  const { overlay } = state;
  if (overlay === null || overlay.kind === 'pane') return null;
  const chat = chatOf(state);
  const { columns } = state.size;
  const { rows } = layoutFor(state);
  if (made?.overlay === overlay && made.chat === chat && made.columns === columns && made.rows === rows)
    return made.panel;
  const wide = overlayColumns(overlay, columns);
  const shown = show(overlay, chat, { columns: wide, room: overlayRoom(rows) });
  const left = Math.floor((columns - wide) / 2);
  const top = Math.max(0, Math.floor((rows - shown.rows.length - 2) / 3));
  made = { overlay, chat, columns, rows, panel: { ...shown, columns: wide, left, top } };
  return made.panel;
}

function show(overlay: Exclude<OverlayState, { kind: 'pane' }>, chat: Chat | null, space: Space): Shown {
  const { columns, room } = space;
  switch (overlay.kind) {
    case 'help':
    case 'page': {
      const lines = pageLines(overlay, columns - 4, chat);
      const end = Math.min(lines.length, overlay.top + room);
      const foot = strings.overlays.pageFoot(
        strings.overlays.seen(overlay.top + 1, end, lines.length),
        lines.length > room,
      );
      const also = `${foot} · ${strings.overlays.helpFoot}`;
      return {
        title: overlay.kind === 'help' ? strings.overlays.help : overlay.title,
        foot: overlay.kind === 'help' && !overlay.form && width(also) <= columns - 6 ? also : foot,
        rows: lines.slice(overlay.top, end).map((text) => ({ spans: [{ text, role: 'plain' }] })),
      };
    }
    case 'switcher': {
      const rows = switcherRows(chat, textOf(overlay.query));
      return listed(overlay, rows, room, {
        title: strings.overlays.switcher,
        foot: '',
        empty: strings.overlays.nothing,
      });
    }
    case 'search': {
      const messages = chat === null ? [] : searchHits(chat, textOf(overlay.query));
      const isBegun = textOf(overlay.query).trim() !== '';
      const isFetching = chat !== null && Object.values(chat.threads).some((thread) => thread.loaded === 'loading');
      const foot = strings.overlays.searchFoot(
        isBegun ? `${number(messages.length)}${messages.length < MOST_HITS ? '' : '+'}` : null,
        chat === null ? 0 : loadedCount(chat),
        isFetching,
      );
      const empty = isBegun ? strings.overlays.searchEmpty : strings.overlays.searchHint;
      return listed(overlay, searchRows(messages), room, { title: strings.overlays.search, foot, empty });
    }
    case 'links':
      return {
        title: strings.overlays.links,
        foot: strings.overlays.linksFoot,
        rows: chosen(
          overlay.links.map((text) => [{ text, role: 'link' }]),
          overlay.selected,
          room,
        ),
      };
    case 'picker': {
      const entries = picked(overlay).map((entry) => [
        {
          text: fill(`${entry.name}${entry.folder ? '/' : ''}`, columns - 16),
          role: entry.folder ? ('accent' as const) : ('plain' as const),
        },
        { text: fill(entry.folder ? '' : size(entry.size), 10, 'right'), role: 'dim' as const },
      ]);
      const note: Spans[] = overlay.note === null ? [] : [[{ text: overlay.note, role: 'warn' }]];
      const list = listed(overlay, entries, room - note.length, {
        title: `${strings.overlays.picker}: ${overlay.folder}`,
        foot: strings.overlays.pickerFoot(chat?.open ?? ''),
        empty: overlay.entries === null ? '' : strings.overlays.nothing,
      });
      return { ...list, rows: [...list.rows, ...note.map((spans) => ({ spans }))] };
    }
    case 'confirm': {
      const {
        lines: [first = '', ...rest],
        foot,
      } = questionOf(overlay.question);
      return {
        title: strings.overlays.confirm,
        foot: overlay.stray ? strings.overlays.strayFoot : foot,
        rows: [...paragraph(first, columns, 'title'), ...rest.flatMap((line) => paragraph(line, columns, 'dim'))],
      };
    }
    case 'fingerprint':
      return fingerprint(overlay, chat, columns);
    case 'secrets':
      return secretPanel(overlay, chat?.me.name ?? '', columns);
  }
}

type Spans = readonly Span[];

function switcherRows(chat: Chat | null, query: string): Spans[] {
  if (chat === null) return [];
  return destinations(chat, query).map(({ kind, label }) => [
    { text: fill(label, 50), role: kind === 'person' ? nameRole(label.slice(1)) : 'plain' },
    { text: fill(strings.kinds[kind], 12, 'right'), role: 'dim' },
  ]);
}

function searchRows(messages: ReturnType<typeof searchHits>): Spans[] {
  return messages.map((message) => [
    { text: `${fill(message.conversation, 12)} ${clockTime(message.at)} `, role: 'dim' },
    { text: `${cut(shownName(message), 14)} `, role: nameRole(message.from) },
    { text: firstLine(message), role: 'plain' },
  ]);
}

/**
 * A field and below it the matching entries, one selected. Always of the same height, so that it does not move while the person
 * types.
 */
function listed(
  overlay: Extract<OverlayState, { query: unknown; selected: number }>,
  rows: readonly Spans[],
  room: number,
  { title, foot, empty }: { title: string; foot: string; empty: string },
): Shown {
  const list: PanelRow[] =
    rows.length === 0 ? [{ spans: [{ text: empty, role: 'dim' }] }] : chosen(rows, overlay.selected, room - 1);
  while (list.length < room - 1) list.push({ spans: [] });
  return { title, foot, rows: [{ field: overlay.query, label: '', active: true }, ...list] };
}

function chosen(rows: readonly Spans[], selected: number, room: number): PanelRow[] {
  const first = Math.max(0, Math.min(selected - Math.floor(room / 2), rows.length - room));
  return rows.slice(first, first + room).map((spans, index) => ({
    spans: [{ text: first + index === selected ? '▸ ' : '  ', role: 'accent' }, ...spans],
    selected: first + index === selected,
  }));
}

function questionOf(question: Question): { lines: readonly string[]; foot: string } {
  const { questions } = strings;
  switch (question.ask) {
    case 'send': {
      const { to, lines, messages, hasty, addressed } = question;
      const why = [
        ...(hasty ? [questions.hasty] : []),
        ...(addressed === null ? [] : [questions.addressed(addressed, to)]),
      ];
      return { lines: [questions.send(to, lines, messages), ...why], foot: questions.sendFoot(to) };
    }
    case 'delete': {
      const { message } = question;
      return {
        lines: [...questions.delete(message.conversation), firstLine(message)],
        foot: questions.deleteFoot,
      };
    }
    case 'quit':
      return { lines: questions.quit, foot: questions.quitFoot };
    case 'close-account':
      return {
        lines: [strings.closing.question(question), ...strings.closing.means(question)],
        foot: strings.closing.foot,
      };
    case 'doubt':
      return { lines: [question.question, question.statement], foot: questions.doubtFoot };
  }
}

function keyRow(label: string, fingerprint: string, role: Span['role']): PanelRow {
  return {
    spans: [
      { text: fill(label, 9), role: 'dim' },
      { text: groups(fingerprint.slice(0, 32)), role },
    ],
  };
}

function fingerprint(
  overlay: Extract<OverlayState, { kind: 'fingerprint' }>,
  chat: Chat | null,
  columns: number,
): Shown {
  const person = chat === null ? undefined : personOf(chat, overlay.name);
  if (person?.changedTo != null) {
    return {
      title: strings.overlays.changed(overlay.name),
      foot: overlay.stray ? strings.overlays.strayFoot : strings.fingerprint.accept,
      rows: [
        keyRow(strings.fingerprint.old, person.fingerprint ?? '', 'dim'),
        keyRow(strings.fingerprint.fresh, person.changedTo, 'bad'),
        { spans: [] },
        ...strings.fingerprint.changed.flatMap((line) => paragraph(line, columns)),
      ],
    };
  }
  const digits = overlay.digits?.match(/.{5}/g) ?? [];
  const lines = [digits.slice(0, 4), digits.slice(4, 8), digits.slice(8, 12)].map((part) => part.join('   '));
  const verified = person?.verified ?? false;
  const { same, unverify } = strings.fingerprint;
  const foot = verified ? unverify : overlay.digits === null ? strings.overlays.pageFoot('', false) : same;
  return {
    title: strings.overlays.fingerprint(overlay.name),
    foot: overlay.stray ? strings.overlays.strayFoot : foot,
    rows: [
      { spans: [] },
      ...(overlay.digits === null
        ? [
            {
              spans: [
                {
                  text: `  ${overlay.error ?? strings.fingerprint.computing}`,
                  role: overlay.error ? ('bad' as const) : ('dim' as const),
                },
              ],
            },
          ]
        : lines.map((text) => ({ spans: [{ text: `      ${text}`, role: 'title' as const }] }))),
      { spans: [] },
      ...paragraph(strings.fingerprint.how, columns, 'dim'),
      ...(verified ? [{ spans: [{ text: strings.header.verified, role: 'good' as const }] }] : []),
    ],
  };
}
