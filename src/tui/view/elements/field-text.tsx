import TextInput from 'ink-text-input';

/**
 * Draws the text of a field up to the cursor. Takes no keys: text arrives through the state, and the terminal draws the cursor.
 */
export function FieldText({ value }: { value: string }) {
  return <TextInput value={value} focus={false} showCursor={false} onChange={ignore} />;
}

function ignore() {}
