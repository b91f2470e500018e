/** The sources below src/, and the sentence with which each folder introduces itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** `path` begins with `src/`. */
export type Source = { path: string; text: string };

export function readSources(): Source[] {
  const root = resolve(import.meta.dirname, '..');
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/**
 * Returns the sentences ``Folder `name`: what lives here; what it must not know.`` of the comments at the head of files. `name` is
 * the end of the folder's path.
 */
export function folderSentences(sources: readonly Source[]): { folder: string; file: string; sentence: string }[] {
  return sources.flatMap(({ path, text }) => {
    const [head = ''] = /^\/\*\*[\s\S]*?\*\//.exec(text) ?? [];
    const words = head
      .replaceAll(/^\/\*\*|\*\/$/g, '')
      .replaceAll(/\n \*/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
    const [, name = '', sentence = ''] = /(?:^|\. )Folder `([\w/-]+)`: (.*?\.)(?= [A-Z`]|$)/.exec(words) ?? [];
    const folder = dirname(path);
    return name !== '' && `/${folder}`.endsWith(`/${name}`) ? [{ folder, file: path, sentence }] : [];
  });
}
