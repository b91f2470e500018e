import { Text } from 'ink';
import { createElement } from 'react';
import type { Span } from '../rows.ts';
import { useStyle } from './use-store.ts';

/** One row of text in roles. `selected` marks the whole row. */
export function Line({ spans, selected = false }: { spans: readonly Span[]; selected?: boolean }) {
  const style = useStyle();
  const parts = spans.map(({ text, role }) => createElement(Text, selected ? {} : style(role), text));
  return createElement(Text, { wrap: 'truncate', ...(selected ? style('selected') : {}) }, ...parts);
}
