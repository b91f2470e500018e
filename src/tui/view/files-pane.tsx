import { Box } from 'ink';
import type { TransferState } from '../client/types.ts';
import { chatOf } from '../field.ts';
import { clockTime, dayKey, duration, rate, size } from '../format.ts';
import { fill, width, wrap } from '../measure.ts';
import type { Span } from '../rows.ts';
import { fileAt, filesOf, isUnderWay, type ListedFile } from '../select.ts';
import { strings } from '../strings.ts';
import { nameRole } from '../theme.ts';
import { Line } from './line.tsx';
import { useSelect } from './use-store.ts';

/** Rows of a sentence below a file; `.transfers` shows all of it. */
const MAX_NOTE_ROWS = 4;

const none: ListedFile[] = [];
const same = (a: readonly ListedFile[], b: readonly ListedFile[]): boolean =>
  a.length === b.length && a.every((item, i) => item.file === b[i]?.file && item.transfer === b[i]?.transfer);

/** Files: a row with the name, one with size, sender (or another conversation) and time, and while it moves one with progress. */
export function FilesPane({ columns, rows }: { columns: number; rows: number }) {
  const files = useSelect((state) => {
    const chat = chatOf(state);
    return chat === null ? none : filesOf(chat);
  }, same);
  const at = useSelect((state) => {
    const chat = chatOf(state);
    return chat === null ? 0 : fileAt(chat);
  });
  const focused = useSelect(
    (state) => state.focus === 'files' || (state.overlay?.kind === 'pane' && state.overlay.pane === 'files'),
  );
  const today = useSelect((state) => dayKey(state.now));
  const open = useSelect((state) => chatOf(state)?.open ?? null);
  const blocks = files.map((item, index) => blockOf(item, columns, { today, open, chosen: focused && index === at }));
  if (files.length === 0) {
    return (
      <Box flexDirection="column" width={columns} height={rows}>
        <Line spans={[{ text: ` ${strings.files.empty}`, role: 'quiet' }]} />
        <Line spans={[{ text: ` ${strings.files.hint}`, role: 'quiet' }]} />
      </Box>
    );
  }
  const before = blocks.slice(0, at + 1).reduce((sum, block) => sum + block.length, 0);
  const first = Math.max(0, before - rows);
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {blocks
        .flatMap((block, index) => block.map((spans, row) => ({ spans, index, row })))
        .slice(first, first + rows)
        .map(({ spans, index, row }) => (
          <Line key={`${index}.${row}`} spans={spans} selected={focused && index === at && row === 0} />
        ))}
    </Box>
  );
}

function blockOf(
  { file, transfer }: ListedFile,
  columns: number,
  { today, open, chosen }: { today: string; open: string | null; chosen: boolean },
): Span[][] {
  const moving = transfer !== null && isUnderWay(transfer);
  const from = file.conversation === open ? file.from : file.conversation;
  const when =
    file.at === 0 ? '' : dayKey(file.at) === today ? clockTime(file.at) : new Date(file.at).toLocaleDateString();
  const bytes = size(file.size);
  const arrow = moving ? (transfer.direction === 'up' ? '↑' : '↓') : '▤';
  const rest = columns - 3 - width(bytes) - 2 - width(when) - 2;
  const block: Span[][] = [
    [
      { text: `${chosen ? '▌' : ' '}${arrow} `, role: 'accent' },
      { text: fill(file.name, columns - 4), role: 'title' },
      { text: ' ', role: 'plain' },
    ],
    [
      { text: `   ${bytes}  `, role: 'quiet' },
      { text: fill(from, Math.max(0, rest)), role: nameRole(from) },
      { text: ` ${when} `, role: 'quiet' },
    ],
  ];
  if (moving) block.push(...progressOf(transfer, columns));
  if (transfer?.state === 'done' && transfer.note !== null) {
    block.push(...noteRows('✔', strings.files.saved(transfer.note), columns, 'good'));
  }
  return block;
}

function progressOf(transfer: TransferState, columns: number): Span[][] {
  if (transfer.state === 'failed') return noteRows('✗', transfer.note ?? '', columns, 'bad');
  const part = transfer.size === 0 ? 1 : Math.min(1, transfer.done / transfer.size);
  const percent = Math.floor(part * 100);
  const bar = columns - 5;
  const full = Math.round(part * bar);
  const left = transfer.rate > 0 ? duration((transfer.size - transfer.done) / transfer.rate) : '';
  const paused = transfer.state === 'paused';
  const words = paused
    ? `${percent} %  ${strings.files.states.paused}  ${strings.files.goOn}`
    : strings.files.progress(percent, rate(transfer.rate), left);
  return [
    [
      { text: '   ', role: 'plain' },
      { text: '━'.repeat(full), role: 'accent' },
      { text: '─'.repeat(bar - full), role: 'border' },
    ],
    [{ text: fill(`   ${words}`, columns), role: 'quiet' }],
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
