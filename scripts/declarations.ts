/** Selects the type declarations that belong to the library's public interface. */
import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Copies `entry` and every declaration file that it imports, directly or indirectly, from one folder to another. */
export function copyDeclarations(from: string, entry: string, to: string): void {
  const copied = new Set<string>();
  const copy = (path: string): void => {
    if (copied.has(path)) return;
    copied.add(path);
    cpSync(join(from, path), join(to, path));
    const text = readFileSync(join(from, path), 'utf8');
    for (const [, name = ''] of text.matchAll(/\bfrom '(\.[^']+)\.[jt]s'|\bimport\("(\.[^"]+)\.[jt]s"\)/g))
      copy(`${join(dirname(path), name)}.d.ts`);
  };
  copy(entry);
}
