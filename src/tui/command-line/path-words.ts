/** Completions of a path. */
import { type Completions, words } from './completion.ts';
import { entriesOf, isHidden, resolvePath } from './typed-paths.ts';

/** The entries that complete the path `typed`, in the same style: plain, quoted, or with escaped spaces. */
export async function pathWords(head: string, typed: string): Promise<Completions> {
  if (typed === '~') return words(head, ['~/'], typed, '');
  const quote = /^['"]/.exec(typed)?.[0] ?? '';
  const isEscaped = quote === '' && typed.includes('\\ ');
  const written = (text: string) => (isEscaped ? text.replaceAll(' ', '\\ ') : text);
  const path = isEscaped ? typed.replaceAll('\\ ', ' ') : typed.slice(quote.length);
  const slash = path.lastIndexOf('/') + 1;
  const folder = path.slice(0, slash);
  const part = path.slice(slash);
  const found = await entriesOf(resolvePath(folder || '.'), part).catch(() => ({ entries: [] }));
  const entries = found.entries.filter(({ name }) => part.startsWith('.') || !isHidden(name));
  return words(
    head + quote + written(folder),
    entries.map((entry) => written(entry.name) + (entry.folder ? '/' : quote)),
    written(part),
    '',
  );
}
