import { Box, Text, useCursor } from 'ink';
import { use } from 'react';
import type { Editor } from '../editor.ts';
import { cut, tail, width } from '../measure.ts';
import type { Span } from '../rows.ts';
import { FieldInput } from './field-input.tsx';
import { Line } from './line.tsx';
import { StoreContext, useStyle } from './use-store.ts';

export type PanelRow =
  | { spans: readonly Span[]; selected?: boolean }
  | { field: Editor; label: string; mask?: string; active: boolean };

type PanelProps = {
  title: string;
  foot: string;
  rows: readonly PanelRow[];
  columns: number;
  left: number;
  top: number;
};

/** A framed, opaque piece of the screen over the others. `columns` with the frame. */
export function Panel({ title, foot, rows, columns, left, top }: PanelProps) {
  const border = useStyle()('border');
  const inner = columns - 4;
  const edge = (text: string, start: string, end: string) => (
    <Box height={1}>
      <Text {...border}>{`${start}─`}</Text>
      <Line
        spans={[{ text: text === '' ? '' : ` ${cut(text, inner - 2)} `, role: start === '╭' ? 'title' : 'quiet' }]}
      />
      <Text
        {...border}
      >{`${'─'.repeat(Math.max(0, inner + 1 - (text === '' ? 0 : width(cut(text, inner - 2)) + 2)))}${end}`}</Text>
    </Box>
  );
  return (
    <Box position="absolute" left={left} top={top} width={columns} height={rows.length + 2} flexDirection="column">
      {edge(title, '╭', '╮')}
      {rows
        .map((row, place) => ({ row, place }))
        .map(({ row, place }) => (
          <Box key={place} height={1}>
            <Text {...border}>│ </Text>
            {'field' in row ? (
              <PanelField row={row} columns={inner} x={left + 2} y={top + 1 + place} />
            ) : (
              <Line spans={padded(row.spans, inner)} selected={row.selected ?? false} />
            )}
            <Text {...border}> │</Text>
          </Box>
        ))}
      {edge(foot, '╰', '╯')}
    </Box>
  );
}

type FieldRow = Extract<PanelRow, { field: Editor }>;

/** A labelled text field; the cursor stands in it while it is active. */
function PanelField({ row, columns, x, y }: { row: FieldRow; columns: number; x: number; y: number }) {
  const store = use(StoreContext);
  const style = useStyle();
  const { setCursorPosition } = useCursor();
  const room = columns - width(row.label) - 1;
  const masked = (text: string) => (row.mask === undefined ? text : row.mask.repeat(Array.from(text).length));
  const seen = tail(row.field.before, room - 1);
  const rest = cut(masked(row.field.after), Math.max(0, room - width(masked(seen))));
  if (row.active) setCursorPosition({ x: x + width(row.label) + width(masked(seen)), y });
  const used = width(row.label) + width(masked(seen)) + width(rest);
  return (
    <Box width={columns} height={1}>
      <Text {...style(row.active ? 'accent' : 'quiet')}>{row.label}</Text>
      {row.active && store !== null ? (
        <FieldInput value={seen} store={store} {...(row.mask === undefined ? {} : { mask: row.mask })} />
      ) : (
        <Text>{masked(seen)}</Text>
      )}
      <Text>{rest + ' '.repeat(Math.max(0, columns - used))}</Text>
    </Box>
  );
}

/** Cut or filled up to `columns`, so that nothing below shines through. */
function padded(spans: readonly Span[], columns: number): Span[] {
  const out: Span[] = [];
  let used = 0;
  for (const { text, role } of spans) {
    const shown = cut(text, columns - used);
    used += width(shown);
    out.push({ text: shown, role });
    if (used >= columns) break;
  }
  return [...out, { text: ' '.repeat(Math.max(0, columns - used)), role: 'plain' }];
}

/** `text` as rows of a panel that is `columns` wide with its frame. */
export function paragraph(text: string, columns: number, role: Span['role'] = 'plain'): PanelRow[] {
  const rows: PanelRow[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && width(line) + 1 + width(word) > columns - 4) {
      rows.push({ spans: [{ text: line, role }] });
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...rows, { spans: [{ text: line, role }] }];
}
