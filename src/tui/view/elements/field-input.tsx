import TextInput from 'ink-text-input';
import { useRef } from 'react';
import type { Store } from '../../update/state-store.ts';

/**
 * ink-text-input as it is sure to work: it holds what stands before the cursor, so that it only ever adds letters at its end, and
 * it is given nothing but letters (gate.ts). When the program changes the text, it is a new one: its own idea of the cursor
 * would be an old one.
 */
export function FieldInput({ value, mask, store }: { value: string; mask?: string; store: Store }) {
  const made = useRef({ value, mount: 0 });
  if (made.current.value !== value) made.current = { value, mount: made.current.mount + 1 };
  const take = (next: string): void => {
    const text = next.startsWith(value) ? next.slice(value.length) : '';
    if (text === '') return;
    made.current.value = next;
    store.dispatch({ type: 'typed', text });
  };
  return (
    <TextInput
      key={made.current.mount}
      value={value}
      showCursor={false}
      onChange={take}
      {...(mask === undefined ? {} : { mask })}
    />
  );
}
