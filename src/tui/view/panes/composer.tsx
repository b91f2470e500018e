import { Box, Text } from 'ink';
import { firstLine } from '../../messages/rows.ts';
import { type ComposerTarget, composerColumns, composerTarget, promptOf } from '../../selectors/composer-target.ts';
import { layoutFor } from '../../selectors/selectors.ts';
import { cursorLine, type Editor, textOf } from '../../state/editor.ts';
import { chatOf, openThread } from '../../state/focus.ts';
import type { Layout } from '../../state/layout.ts';
import type { State, Thread } from '../../state/state.ts';
import { draftLines } from '../../text/draft-lines.ts';
import { strings } from '../../text/strings.ts';
import { cut, drawn, width } from '../../width/measure.ts';
import { FieldText } from '../elements/field-text.tsx';
import { Line } from '../elements/line.tsx';
import { useSelect, useStyle } from '../elements/use-store.ts';

/** The composer, as many rows as the draft needs up to the layout's. */
export function Composer({ layout }: { layout: Layout }) {
  const style = useStyle();
  const draft = useSelect((state) => {
    const open = chatOf(state);
    return open === null ? null : openThread(open).draft;
  });
  const aim = useSelect(composerTarget);
  const active = useSelect((state) => state.focus === 'composer' && state.overlay === null);
  if (draft === null || aim === null) return null;
  const { prompt, columns, lines, at, first, before } = composerLook(draft, aim, layout);
  const text = textOf(draft);
  const here = lines[at] ?? { start: 0, end: 0 };
  const margin = width(prompt);
  return (
    <Box flexDirection="column" height={layout.composer} overflow="hidden">
      {lines.slice(first, first + layout.composer).map((line, index) => (
        <Box key={line.start} height={1}>
          <Text {...style('accent')}>{first + index === 0 ? prompt : ' '.repeat(margin)}</Text>
          {first + index === at && active ? (
            <>
              <FieldText value={before} />
              <Text wrap="truncate">{drawn(text.slice(draft.before.length, here.end))}</Text>
            </>
          ) : (
            <Text wrap="truncate">{drawn(text.slice(line.start, line.end))}</Text>
          )}
          {text === '' && <Line spans={[{ text: cut(hint(aim), columns), role: 'dim' }]} />}
        </Box>
      ))}
    </Box>
  );
}

function hint({ name, about }: Pick<Thread, 'name' | 'about'>): string {
  if (about === null) return strings.composer.placeholder(name);
  return about.do === 'edit' ? strings.composer.edit : strings.composer.reply(firstLine(about.message));
}

/** The lines of the draft, the first visible one, and the line `at` of the cursor with the text `before` it. */
function composerLook(draft: Editor, aim: ComposerTarget, layout: Layout) {
  const prompt = promptOf(aim, layout.columns);
  const columns = composerColumns(aim, layout.columns);
  const text = textOf(draft);
  const lines = draftLines(text, columns);
  const at = cursorLine(draft, columns);
  const first = Math.max(0, Math.min(at - layout.composer + 1, lines.length - layout.composer));
  const before = drawn(text.slice(lines[at]?.start ?? 0, draft.before.length));
  return { prompt, columns, lines, at, first, before };
}

/** The cell of the cursor. */
export function composerCursor(state: State): { x: number; y: number } | null {
  const chat = chatOf(state);
  const aim = composerTarget(state);
  if (chat === null || aim === null) return null;
  const layout = layoutFor(state);
  const { prompt, at, first, before } = composerLook(openThread(chat).draft, aim, layout);
  return { x: width(prompt) + width(before), y: layout.rows - layout.composer - layout.status + at - first };
}
