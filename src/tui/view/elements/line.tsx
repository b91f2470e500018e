import { Text } from 'ink';
import { createElement } from 'react';
import type { Span } from '../../messages/marked-text.ts';
import { useStyle } from './use-store.ts';

/** One row of spans. `selected` marks the whole row. */
export function Line({ spans, selected = false }: { spans: readonly Span[]; selected?: boolean }) {
  const style = useStyle();
  const parts = selected
    ? [spans.map(({ text }) => text).join('')]
    : joined(spans).map(({ text, role }) => (role === 'plain' ? text : createElement(Text, style(role), text)));
  return createElement(Text, { wrap: 'truncate', ...(selected ? style('selected') : {}) }, ...parts);
}

/** Joins neighbours of one role: every span costs time in every frame. */
function joined(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const { text, role } of spans) {
    const last = out.at(-1);
    // Spaces look the same in all roles without a background.
    if (last && (last.role === role || (text.trim() === '' && last.role !== 'selected')))
      out[out.length - 1] = { text: last.text + text, role: last.role };
    else if (text !== '') out.push({ text, role });
  }
  return out;
}
