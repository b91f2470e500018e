/**
 * Checks the rules of docs/ARCHITECTURE.md about folders and imports: what a part may import, no cycles of files or folders (type
 * imports count), how many files a folder holds, one meaning for a file name, and one sentence for a folder.
 */
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderSentences, readSources, type Source } from './sources.ts';

/** For each part: which parts it may import, and which packages and built-in modules it must not import. */
const parts: Readonly<Record<string, { ours: readonly string[]; never: RegExp | null }>> = {
  cli: { ours: ['tui', 'client', 'protocol', 'platform'], never: null },
  tui: { ours: ['client', 'protocol', 'platform'], never: null },
  client: { ours: ['protocol', 'platform'], never: /^(ink|react)\b/ },
  daemon: { ours: ['protocol', 'platform'], never: /^(ink|react)\b/ },
  protocol: { ours: ['platform'], never: /^(ink|react|(node:)?(net|tls|https?|http2|dgram|fs))\b/ },
  platform: { ours: [], never: /^(ink|react)\b/ },
};
const MOST_FILES = 15;
/** Folders whose files may share a name with another file on the same subject, such as a command and its request. */
const oneWordEverywhere = /^src\/(cli\/commands|daemon\/requests)\//;
const entryPoints = new Set(['index', 'main']);

/** Returns one sentence for each rule that `sources` break. */
export function layoutFaults(sources: readonly Source[]): string[] {
  const imports = new Map(sources.map(({ path, text }) => [path, importsOf(path, text)]));
  const ours = new Map([...imports].map(([path, names]) => [path, names.filter((name) => imports.has(name))]));
  const folders = new Map<string, Set<string>>();
  for (const [path, names] of ours)
    for (const name of names)
      if (nodeOf(name) !== nodeOf(path))
        folders.set(nodeOf(path), (folders.get(nodeOf(path)) ?? new Set()).add(nodeOf(name)));
  return [
    ...[...imports].flatMap(([path, names]) => names.flatMap((name) => faultOf(path, name))),
    ...cyclesOf(ours).map((cycle) => `these files import each other: ${cycle.join(', ')}`),
    ...cyclesOf(folders).map((cycle) => `these folders import each other: ${cycle.join(', ')}`),
    ...sizeFaults([...imports.keys()]),
    ...nameFaults([...imports.keys()]),
    ...sentenceFaults(sources),
  ];
}

/** The imports of each file: our own modules as paths below `src/`, packages and built-in modules by name. */
function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport\(|^import) ?'([^']+)'/gm)].map(([, name = '']) =>
    name.startsWith('.') ? join(dirname(path), name) : name,
  );
}

function partOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** The folder of a file. A file directly in a part counts as a folder of its own: it may be an entry point or a base for all. */
function nodeOf(path: string): string {
  return dirname(path).split('/').length === 2 && partOf(path) !== 'platform' ? path : dirname(path);
}

function faultOf(path: string, name: string): string[] {
  const part = partOf(path);
  const rule = parts[part];
  if (rule === undefined) return [`${path} is in no part`];
  if (name.startsWith('src/'))
    return partOf(name) === part || rule.ours.includes(partOf(name)) ? [] : [`${path} may not import ${name}`];
  return rule.never?.test(name) ? [`${path} may not import ${name}: ${part} must not use it`] : [];
}

/** The strongly connected components of a graph. Tarjan, "Depth-first search and linear graph algorithms" (1972). */
export function cyclesOf(graph: ReadonlyMap<string, Iterable<string>>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const cycles: string[][] = [];
  const visit = (node: string): number => {
    const mine = order.size;
    order.set(node, mine);
    lowest.set(node, mine);
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) lowest.set(node, Math.min(lowest.get(node) ?? mine, visit(next)));
      else if (path.includes(next)) lowest.set(node, Math.min(lowest.get(node) ?? mine, order.get(next) ?? mine));
    }
    if (lowest.get(node) === mine) {
      const together = path.splice(path.indexOf(node));
      if (together.length > 1) cycles.push(together.sort());
    }
    return lowest.get(node) ?? mine;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return cycles;
}

function sizeFaults(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return [...counts].flatMap(([folder, count]) => {
    if (count > MOST_FILES) return [`${folder} holds ${count} files: split it by subject`];
    const isAlone = count < 2 && !paths.some((path) => dirname(dirname(path)) === folder);
    return isAlone ? [`${folder} holds one file: it belongs to another folder`] : [];
  });
}

/** File names that may occur once in each of these folders: the files are about the same subject. */
const sameKind: Readonly<Record<string, readonly string[]>> = {
  arguments: ['src/cli', 'src/daemon/config'],
  errors: ['src/client', 'src/protocol/base'],
  uploads: ['src/client/transfers', 'src/daemon/files'],
  room: ['src/client/rooms', 'src/daemon/rooms'],
  rooms: ['src/client/rooms', 'src/daemon/rooms'],
};

function nameFaults(paths: readonly string[]): string[] {
  const named = new Map<string, string[]>();
  for (const path of paths) {
    const name = basename(path).replace(/\.tsx?$/, '');
    const isFree = entryPoints.has(name) || oneWordEverywhere.test(path) || sameKind[name]?.includes(dirname(path));
    if (!isFree) named.set(name, [...(named.get(name) ?? []), path]);
  }
  return [...named.values()]
    .filter((same) => same.length > 1)
    .map((same) => `two files of one name: ${same.join(', ')}`);
}

function sentenceFaults(sources: readonly Source[]): string[] {
  const sentences = folderSentences(sources);
  const folders = new Set(sources.map(({ path }) => dirname(path)));
  return [...folders].flatMap((folder) => {
    const count = sentences.filter((one) => one.folder === folder).length;
    if (count === 1) return [];
    return [
      `${folder} has ${count} files that begin with "Folder \`${basename(folder)}\`: what lives here; what it must not know."`,
    ];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = layoutFaults(readSources());
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
