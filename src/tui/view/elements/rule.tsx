import { Text } from 'ink';
import { useStyle } from './use-store.ts';

/** The line between two panes. */
export function VerticalRule({ rows }: { rows: number }) {
  return <Text {...useStyle()('border')}>{Array.from({ length: rows }, () => '│').join('\n')}</Text>;
}

/** A line across the screen, with a `joint` where it meets the lines between panes. */
export function HorizontalRule({ panes, joint }: { panes: readonly number[]; joint: '┬' | '┴' | '┼' }) {
  const line = panes
    .filter((columns) => columns > 0)
    .map((columns) => '─'.repeat(columns))
    .join(joint);
  return <Text {...useStyle()('border')}>{line}</Text>;
}
