/**
 * Folder `messages`: messages as rows of text, folded and in a window; it knows no components. This file draws one message:
 * `14:05      bob  text`, in columns, with a line above it for a new day and for the first unread message.
 */

import { differentSentAt } from '../../client/messages/written-time.ts';
import { shownName } from '../../client/people/shown-name.ts';
import type { Gap, Message } from '../../client/types.ts';
import { hasKey } from '../state/message-list.ts';
import type { Hit } from '../state/state.ts';
import { nameRole, type Role } from '../state/theme.ts';
import { shownReaction } from '../text/emoji.ts';
import { clockTime, dayKey, dayName, writtenTime } from '../text/format.ts';
import { strings } from '../text/strings.ts';
import { cut, fill, width, wrap } from '../width/measure.ts';
import type { Run } from './folding.ts';
import { markedLine, marksIn, type Span, withFound } from './marked-text.ts';

/** `goesOn`: a row without time and name, as it continues a message or a run of one sender. */
export type Row = { spans: readonly Span[]; continues?: boolean };

/** What the rows depend on, apart from the message. */
export type Look = {
  columns: number;
  me: string;
  bare: boolean;
  /** Width of the column of names, in cells. */
  names: number;
  /** People whose messages are folded. */
  blocked: ReadonlySet<string>;
  /** The search result with its words. */
  hit: Hit | null;
};

/** The neighbours of a message. */
export type RowPosition = {
  previous: Message | null;
  /** The line "new" is drawn above it. */
  firstNew: boolean;
  gaps: readonly Gap[];
  quoted: Message | null;
};

/** A sender's messages within this time, and within one minute of the clock, show time and name once. ms. */
const GROUP = 300_000;
/** Below this width of the pane, the texts get the room of the margins. */
const NARROW = 70;
const rowCache = new WeakMap<
  Message,
  { key: string; gaps: readonly Gap[]; quoted: Message | null; rows: readonly Row[] }
>();

export function rowsOf(message: Message, place: RowPosition, look: Look): readonly Row[] {
  const newDay = place.previous === null || dayKey(place.previous.at) !== dayKey(message.at);
  const alone = newDay || place.firstNew || place.gaps.length > 0 || !sameGroup(place.previous, message);
  const quote = place.quoted === null ? null : quoteOf(place.quoted, look.blocked);
  const key = `${look.columns} ${look.names} ${look.bare} ${newDay} ${place.firstNew} ${alone} ${look.me} ${quote?.hidden} ${wordsIn(message, look)}`;
  const cached = rowCache.get(message);
  if (cached?.key === key && cached.gaps === place.gaps && cached.quoted === place.quoted) return cached.rows;
  const rows: Row[] = [];
  if (newDay) rows.push(ruled(dayName(message.at), look.columns, 'dim', look.bare));
  if (place.firstNew) rows.push(ruled(strings.messages.new, look.columns, 'unread', look.bare));
  rows.push(...place.gaps.map((gap) => gapRow(gap, look)));
  rows.push(...(look.bare ? bareRows(message, look) : fullRows(message, quote?.text ?? null, alone, look)));
  rowCache.set(message, { key, gaps: place.gaps, quoted: place.quoted, rows });
  return rows;
}

/** One dim row for a folded run. */
export function runRows(
  run: Run,
  { previous, gaps }: Pick<RowPosition, 'previous' | 'gaps'>,
  look: Look,
): readonly Row[] {
  const newDay = previous === null || dayKey(previous.at) !== dayKey(run.last.at);
  const text = strings.messages.folded(run.count, run.from);
  // Aligned with the texts; further left where it does not fit.
  const left = look.bare ? 0 : Math.max(1, Math.min(leftOf(look), look.columns - width(text) - 1));
  return [
    ...(newDay ? [ruled(dayName(run.last.at), look.columns, 'dim', look.bare)] : []),
    ...gaps.map((gap) => gapRow(gap, look)),
    {
      spans: [
        { text: ' '.repeat(left), role: 'plain' },
        { text: cut(text, look.columns - left), role: 'dim' },
      ],
    },
  ];
}

export function gapRow({ reason, from }: Gap, look: Look): Row {
  const role = reason === 'locked' ? 'dim' : 'warn';
  return ruled(strings.messages[reason](from), look.columns, role, look.bare);
}

/** Hides a quote of a blocked person. */
function quoteOf(quoted: Message, blocked: ReadonlySet<string>): { text: string; hidden: boolean } {
  const hidden = blocked.has(quoted.from);
  return {
    hidden,
    text: hidden ? strings.messages.quietQuote(quoted.from) : `${shownName(quoted)}: ${firstLine(quoted)}`,
  };
}

function sameGroup(previous: Message | null, message: Message): boolean {
  return (
    previous !== null &&
    previous.from === message.from &&
    previous.formerKey === message.formerKey &&
    message.at - previous.at < GROUP &&
    clockTime(previous.at) === clockTime(message.at)
  );
}

function ruled(text: string, columns: number, role: Role, bare: boolean): Row {
  if (bare) return { spans: [{ text: `-- ${text} --`, role }] };
  const shown = cut(text, columns - 6);
  const line = Math.max(2, Math.floor((columns - width(shown) - 4) / 2));
  const rest = Math.max(0, columns - line - width(shown) - 3);
  return {
    spans: [
      { text: ` ${'─'.repeat(line - 1)} `, role: role === 'dim' ? 'border' : role },
      { text: shown, role },
      { text: ` ${'─'.repeat(Math.max(0, rest - 1))} `, role: role === 'dim' ? 'border' : role },
    ],
  };
}

/** Cells between time and name, and after the text. */
function airOf({ columns }: Look): { gap: number; right: number } {
  // On the right one cell of space, two for the mark, and a margin.
  return columns < NARROW ? { gap: 1, right: 3 } : { gap: 2, right: 4 };
}

/** Margin, time, gap, name, gap. */
function leftOf(look: Look): number {
  return 1 + 5 + airOf(look).gap + look.names + 2;
}

function headOf(message: Message, look: Look): Span[] {
  return [
    { text: ` ${clockTime(message.at)}${' '.repeat(airOf(look).gap)}`, role: 'dim' },
    { text: fill(shownName(message), look.names, 'right'), role: nameRole(message.from) },
    { text: '  ', role: 'plain' },
  ];
}

/** The same row with the message's time and name, for the top of the window. */
export function withHead(row: Row, message: Message, look: Look): Row {
  return { spans: [...headOf(message, look), ...row.spans.slice(1)] };
}

/** The words to mark in this message; '' for none. */
function wordsIn(message: Message, { hit }: Look): string {
  return hit !== null && hasKey(message, hit.key) ? hit.words : '';
}

function fullRows(message: Message, quote: string | null, alone: boolean, look: Look): Row[] {
  const left = leftOf(look);
  const { right } = airOf(look);
  const room = look.columns - left - right;
  const rows: Row[] = [];
  const blank: Span = { text: ' '.repeat(left), role: 'plain' };
  const head: Span[] = alone ? headOf(message, look) : [blank];
  if (message.body.kind === 'reply' && !message.deleted) {
    rows.push({
      continues: !alone,
      spans: [...head, { text: cut(`╭ ${quote ?? strings.messages.unknown}`, room), role: 'dim' }],
    });
    head.splice(0, head.length, blank);
  }
  const { text, role } = textOf(message);
  const lines = wrap(text, room);
  const marks = withFound(text, role === 'plain' ? marksIn(text, look.me) : [], wordsIn(message, look));
  const extra = [
    message.edited && !message.deleted ? strings.messages.edited : '',
    message.late ? strings.messages.late : '',
    writtenOf(message),
    // The column of names may be too narrow for this remark.
    message.formerKey ? strings.messages.formerKey : '',
  ]
    .filter(Boolean)
    .join(' ');
  let apart = extra !== '';
  lines.forEach(({ start, end }, index) => {
    const line = text.slice(start, end).trimEnd();
    const shown = { start, end: start + line.length };
    const spans: Span[] = [...(index === 0 ? head : [blank]), ...markedLine(text, shown, role, marks)];
    const last = index === lines.length - 1;
    const mark = last && message.from === look.me ? markOf(message) : null;
    if (last && apart && width(line) + width(extra) + 1 <= room) {
      spans.push({ text: ` ${extra}`, role: 'dim' });
      apart = false;
    }
    if (mark) {
      const used = spans.reduce((sum, span) => sum + width(span.text), 0);
      spans.push({ text: ' '.repeat(Math.max(1, look.columns - right + 1 - used)), role: 'plain' }, mark);
    }
    rows.push({ spans, continues: spans[0] === blank });
  });
  if (apart) rows.push({ continues: true, spans: [blank, { text: cut(extra, room), role: 'dim' }] });
  const reactions = Object.entries(message.reactions).filter(([, names]) => names.length > 0);
  if (reactions.length > 0 && !message.deleted) {
    const line = reactions.map(([emoji, names]) => `${shownReaction(emoji)} ${names.length}`).join('   ');
    rows.push({ continues: true, spans: [blank, { text: cut(line, room), role: 'dim' }] });
  }
  if (message.state === 'failed') {
    const why = strings.messages.failed(message.error ?? '');
    for (const { start, end } of wrap(why, room))
      rows.push({ continues: true, spans: [blank, { text: why.slice(start, end).trimEnd(), role: 'bad' }] });
  }
  return rows;
}

/** Rows for copying: only the text. */
function bareRows(message: Message, look: Look): Row[] {
  const written = writtenOf(message);
  const text = `${clockTime(message.at)} ${written === '' ? '' : `${written} `}${shownName(message)}: ${textOf(message).text}`;
  const marks = withFound(text, [], wordsIn(message, look));
  return wrap(text, look.columns).map((line) => ({ spans: markedLine(text, line, 'plain', marks) }));
}

/** The author's time when it differs from the daemon's, else ''. */
export function writtenOf(message: Pick<Message, 'at' | 'sentAt'>): string {
  const sentAt = differentSentAt(message);
  return sentAt === null ? '' : strings.messages.written(writtenTime(sentAt, message.at));
}

function textOf(message: Message): { text: string; role: Role } {
  if (message.deleted) return { text: strings.messages.deleted, role: 'dim' };
  if (message.body.kind === 'file') {
    return { text: `▤ ${strings.messages.file(message.body.file.name, message.body.file.size)}`, role: 'accent' };
  }
  return { text: message.body.text, role: 'plain' };
}

/** The first line of a message. */
export function firstLine(message: Message): string {
  return textOf(message).text.split('\n', 1)[0] ?? '';
}

function markOf(message: Message): Span {
  if (message.state === 'sending') return { text: '… ', role: 'dim' };
  if (message.state === 'sent') return { text: '✓ ', role: 'dim' };
  if (message.state === 'delivered') return { text: '✓✓', role: 'good' };
  return { text: '✗ ', role: 'bad' };
}
