import TextInput from 'ink-text-input';

/** The text of a field up to the cursor, as it is drawn. It takes no keys: text comes through the state, the cursor is the terminal's. */
export function FieldText({ value }: { value: string }) {
  return <TextInput value={value} focus={false} showCursor={false} onChange={ignore} />;
}

function ignore() {}
