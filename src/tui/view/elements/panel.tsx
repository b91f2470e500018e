/** Folder `view/elements`: the small parts that panes and dialogs are drawn from; they know no pane. */
import { Box, Text } from 'ink';
import type { Span } from '../../messages/marked-text.ts';
import type { Editor } from '../../state/editor.ts';
import { bothEnds, cut, tail, width, wrap } from '../../width/measure.ts';
import { FieldText } from './field-text.tsx';
import { Line } from './line.tsx';
import { useStyle } from './use-store.ts';

export type PanelRow =
  /** `spare`: left out when there is no room. */
  | { spans: readonly Span[]; selected?: boolean; spare?: true }
  /** `placeholder` is shown while the field is empty. `both`: of a text that is too long, start and end are shown. */
  | { field: Editor; label: string; mask?: string; placeholder?: string; both?: true; active: boolean };

export type PanelProps = {
  title: string;
  foot: string;
  rows: readonly PanelRow[];
  columns: number;
  left: number;
  top: number;
};

/** A framed, opaque panel over the screen. `columns` includes the frame. */
export function Panel({ title, foot, rows, columns, left, top }: PanelProps) {
  const border = useStyle()('border');
  const inner = columns - 4;
  const edge = (text: string, start: string, end: string) => (
    <Box height={1}>
      <Text {...border}>{`${start}─`}</Text>
      <Line spans={[{ text: text === '' ? '' : ` ${cut(text, inner - 2)} `, role: start === '╭' ? 'title' : 'dim' }]} />
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
              <PanelField row={row} columns={inner} />
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

/** The cell of the cursor in the active field; null when none is active. */
export function cursorIn({ rows, columns, left, top }: PanelProps): { x: number; y: number } | null {
  const place = rows.findIndex((row) => 'field' in row && row.active);
  const row = rows[place];
  if (row === undefined || !('field' in row)) return null;
  const { label, seen } = fieldLook(row, columns - 4);
  return { x: left + 2 + width(label) + width(seen), y: top + 1 + place };
}

/** `seen` is the visible text before the cursor, `rest` the visible text after it. */
function fieldLook(row: FieldRow, columns: number) {
  // The active field is marked by a sign too, not by colour alone.
  const label = `${row.active ? '▸' : ' '} ${row.label}`;
  const room = columns - width(label) - 1;
  const masked = (text: string) => (row.mask === undefined ? text : row.mask.repeat(Array.from(text).length));
  const before = masked(row.field.before);
  const seen = row.both && row.field.after === '' ? bothEnds(before, room - 1) : tail(before, room - 1);
  const empty = row.field.before + row.field.after === '';
  const rest = cut(empty ? (row.placeholder ?? '') : masked(row.field.after), Math.max(0, room - width(seen)));
  return { label, seen, rest, empty };
}

/** A labelled text field. */
function PanelField({ row, columns }: { row: FieldRow; columns: number }) {
  const style = useStyle();
  const { label, seen, rest, empty } = fieldLook(row, columns);
  const used = width(label) + width(seen) + width(rest);
  return (
    <Box width={columns} height={1}>
      <Text {...style(row.active ? 'accent' : 'dim')}>{label}</Text>
      <FieldText value={seen} />
      <Text {...style(empty ? 'dim' : 'plain')}>{rest + ' '.repeat(Math.max(0, columns - used))}</Text>
    </Box>
  );
}

/** Cuts or pads to `columns` cells, so that nothing below shows through. */
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

/** Wraps `text` into rows of a panel that is `columns` wide with its frame. */
export function paragraph(text: string, columns: number, role: Span['role'] = 'plain'): PanelRow[] {
  return wrap(text, columns - 4).map(({ start, end }) => ({
    spans: [{ text: text.slice(start, end).trimEnd(), role }],
  }));
}
