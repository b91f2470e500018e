/**
 * The rows of the files pane: a file has a row with its name and one with size, sender and time, and more during a transfer.
 * Pure.
 */
import { shownName } from '../../client/people/shown-name.ts';
import type { TransferState } from '../../client/types.ts';
import type { Span } from '../messages/marked-text.ts';
import { chatOf, paneOf } from '../state/focus.ts';
import { fileKey } from '../state/message-list.ts';
import type { State } from '../state/state.ts';
import { nameRole } from '../state/theme.ts';
import { clockTime, dayKey, duration, rate, size } from '../text/format.ts';
import { strings } from '../text/strings.ts';
import { fill, width, wrap } from '../width/measure.ts';
import { type FileItem, fileAt, filesOf, isOnline, isUnderWay, type Shown, shown } from './selectors.ts';

/** Most rows of a sentence below a file; `.transfers` shows all of it. */
const MAX_NOTE_ROWS = 4;

export type FileRow = { spans: readonly Span[]; id: string; chosen: boolean };

/** What the rows depend on. */
export type FilesLook = {
  files: readonly FileItem[];
  at: number;
  focused: boolean;
  /** Rows scrolled by the wheel. */
  wheeled: number;
  /** Transfers run only with a link. */
  linked: boolean;
  today: string;
  open: string | null;
};

export function filesLook(state: State): FilesLook {
  const chat = chatOf(state);
  return {
    files: chat === null ? [] : filesOf(chat),
    at: chat === null ? 0 : fileAt(chat),
    focused: paneOf(state) === 'files',
    wheeled: chat?.wheeled.files ?? 0,
    linked: chat !== null && isOnline(chat),
    today: dayKey(state.now),
    open: chat?.open ?? null,
  };
}

/** The visible rows, with all of the selected file where it fits. */
export function filesShown(look: FilesLook, columns: number, height: number): Shown<FileRow> {
  const { files, at, focused, wheeled } = look;
  const blocks = files.map((item, index) => blockOf(item, columns, { ...look, chosen: focused && index === at }));
  const before = blocks.slice(0, at + 1).reduce((sum, block) => sum + block.length, 0);
  const ids = files.map(({ file }) => fileKey(file));
  const rows = blocks.flatMap((block, index) =>
    block.map((spans, row) => ({
      spans,
      id: ids[index] ?? '',
      chosen: focused && index === at && row === 0,
    })),
  );
  return shown(rows, height, Math.max(0, before - height), wheeled);
}

function blockOf(
  { file, transfer, saved }: FileItem,
  columns: number,
  { today, open, chosen, linked }: Pick<FilesLook, 'today' | 'open' | 'linked'> & { chosen: boolean },
): Span[][] {
  const moving = transfer !== null && isUnderWay(transfer);
  const from = file.conversation === open ? shownName(file) : file.conversation;
  const when =
    file.at === 0 ? '' : dayKey(file.at) === today ? clockTime(file.at) : new Date(file.at).toLocaleDateString();
  const bytes = size(file.size);
  const arrow = moving ? (transfer.direction === 'up' ? '↑' : '↓') : '▤';
  // A narrow pane gives the room to the sender.
  const gap = columns < 26 ? ' ' : '  ';
  const rest = columns - 3 - width(bytes) - gap.length - width(when) - 2;
  const block: Span[][] = [
    [
      { text: `${chosen ? '▌' : ' '}${arrow} `, role: 'accent' },
      { text: fill(file.name, columns - 4), role: 'title' },
      { text: ' ', role: 'plain' },
    ],
    [
      { text: `   ${bytes}${gap}`, role: 'dim' },
      { text: fill(from, Math.max(0, rest)), role: nameRole(from) },
      { text: ` ${when} `, role: 'dim' },
    ],
  ];
  if (moving) block.push(...progressOf(transfer, columns, linked));
  else if (saved !== null) block.push(...noteRows('✔', strings.files.saved(saved), columns, 'good'));
  return block;
}

function progressOf(transfer: TransferState, columns: number, linked: boolean): Span[][] {
  if (transfer.state === 'failed') return noteRows('✗', transfer.note ?? '', columns, 'bad');
  const part = transfer.size === 0 ? 1 : Math.min(1, transfer.done / transfer.size);
  const percent = Math.floor(part * 100);
  const bar = columns - 5;
  const full = Math.round(part * bar);
  const left = transfer.rate > 0 ? duration((transfer.size - transfer.done) / transfer.rate) : '';
  const paused = transfer.state === 'paused';
  const words = paused
    ? `${percent} %  ${strings.files.states.paused}  ${strings.files.goOn}`
    : !linked
      ? `${percent} %  ${strings.files.waits}`
      : strings.files.progress(percent, rate(transfer.rate), left);
  return [
    [
      { text: '   ', role: 'plain' },
      { text: '━'.repeat(full), role: 'accent' },
      { text: '─'.repeat(bar - full), role: 'border' },
    ],
    [{ text: fill(`   ${words}`, columns), role: 'dim' }],
    ...(paused && transfer.note !== null ? noteRows(' ', transfer.note, columns, 'warn') : []),
  ];
}

function noteRows(sign: string, note: string, columns: number, role: Span['role']): Span[][] {
  const lines = wrap(note, columns - 6);
  return lines.slice(0, MAX_NOTE_ROWS).map(({ start, end }, row) => {
    const more = row === MAX_NOTE_ROWS - 1 && lines.length > MAX_NOTE_ROWS;
    const text = more ? note.slice(start) : note.slice(start, end).trimEnd();
    return [{ text: ` ${fill(`  ${row === 0 ? sign : ' '} ${text}`, columns - 2)} `, role }];
  });
}
