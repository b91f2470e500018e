import { Box, Text, useCursor } from 'ink';
import { use } from 'react';
import { aimOf, composerColumns, promptOf } from '../aim.ts';
import { draftLines } from '../draft-lines.ts';
import { cursorLine, textOf } from '../editor.ts';
import { chatOf, openThread } from '../field.ts';
import type { Layout } from '../layout.ts';
import { cut, drawn, width } from '../measure.ts';
import { firstLine } from '../rows.ts';
import type { Thread } from '../state.ts';
import { strings } from '../strings.ts';
import { FieldInput } from './field-input.tsx';
import { Line } from './line.tsx';
import { StoreContext, useSelect, useStyle } from './use-store.ts';

/** The line that is being written, as many rows as it needs up to the layout's; the real cursor stands in it. */
export function Composer({ layout, top }: { layout: Layout; top: number }) {
  const store = use(StoreContext);
  const style = useStyle();
  const { setCursorPosition } = useCursor();
  const draft = useSelect((state) => {
    const open = chatOf(state);
    return open === null ? null : openThread(open).draft;
  });
  const aim = useSelect(aimOf);
  const active = useSelect((state) => state.focus === 'composer' && state.overlay === null);
  if (draft === null || aim === null || store === null) return null;
  const prompt = promptOf(aim, layout.columns);
  const columns = composerColumns(aim, layout.columns);
  const text = textOf(draft);
  const lines = draftLines(text, columns);
  const at = cursorLine(draft, columns);
  const first = Math.max(0, Math.min(at - layout.composer + 1, lines.length - layout.composer));
  const here = lines[at] ?? { start: 0, end: 0 };
  const before = drawn(text.slice(here.start, draft.before.length));
  const margin = width(prompt);
  setCursorPosition(active ? { x: margin + width(before), y: top + at - first } : undefined);
  return (
    <Box flexDirection="column" height={layout.composer} overflow="hidden">
      {lines.slice(first, first + layout.composer).map((line, index) => (
        <Box key={line.start} height={1}>
          <Text {...style('accent')}>{first + index === 0 ? prompt : ' '.repeat(margin)}</Text>
          {first + index === at && active ? (
            <>
              <FieldInput value={before} store={store} />
              <Text wrap="truncate">{drawn(text.slice(draft.before.length, here.end))}</Text>
            </>
          ) : (
            <Text wrap="truncate">{drawn(text.slice(line.start, line.end))}</Text>
          )}
          {text === '' && <Line spans={[{ text: cut(hint(aim), columns), role: 'quiet' }]} />}
        </Box>
      ))}
    </Box>
  );
}

function hint({ name, about }: Pick<Thread, 'name' | 'about'>): string {
  if (about === null) return strings.composer.placeholder(name);
  return about.do === 'edit' ? strings.composer.edit : strings.composer.reply(firstLine(about.message));
}
