/**
 * What the profile keeps of the screen, and how the windows of one profile agree on it: leaf by leaf, a leaf being one setting,
 * one draft, one name that is muted or blocked.
 */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { themeNames } from '../state/theme.ts';

/** By account: its name and the daemon's fingerprint. */
const names = v.optional(v.record(v.string(), v.array(v.string())), {});

/** `muted` and `blocked` came later: a file without them has none. */
const kept = v.object({
  v: v.literal(1),
  settings: v.object({
    theme: v.nullable(v.picklist(themeNames)),
    mouse: v.boolean(),
    bell: v.boolean(),
    desktop: v.boolean(),
    desktopText: v.boolean(),
    /** Not in files of before there was such a thing. */
    typing: v.optional(v.boolean(), true),
  }),
  drafts: v.record(v.string(), v.record(v.string(), v.string())),
  muted: names,
  blocked: names,
});
export type Kept = v.InferOutput<typeof kept>;

/** @throws what the schema says */
export function parseKept(json: unknown): Kept {
  return v.parse(kept, json);
}

/** By what it is and its name: `settings bell`, `drafts @bob`, `muted #lobby`. */
export type Leaves = ReadonlyMap<string, unknown>;

/** Of one account; other accounts have leaves of their own. */
export function leavesOf({ settings, drafts, muted, blocked }: Omit<Kept, 'v'>, account: string): Leaves {
  const list = (part: string, of: readonly string[] = []) => of.map((name) => [`${part} ${name}`, true] as const);
  const record = (part: string, of: object = {}) =>
    Object.entries(of).map(([name, value]) => [`${part} ${name}`, value] as const);
  return new Map<string, unknown>([
    ...record('settings', settings),
    ...record('drafts', drafts[account]),
    ...list('muted', muted[account]),
    ...list('blocked', blocked[account]),
  ]);
}

/** The leaves of `account` as they are written, beside what `others` has of other accounts. */
export function keptOf(leaves: Leaves, account: string, others: Kept | null): Kept {
  const part = (which: string) =>
    [...leaves].map(([leaf, value]) => [...partAndName(leaf), value] as const).filter(([found]) => found === which);
  const record = (which: string) => Object.fromEntries(part(which).map(([, name, value]) => [name, value]));
  const list = (which: string) => part(which).map(([, name]) => name);
  return parseKept({
    v: 1,
    settings: record('settings'),
    drafts: { ...others?.drafts, [account]: record('drafts') },
    muted: { ...others?.muted, [account]: list('muted') },
    blocked: { ...others?.blocked, [account]: list('blocked') },
  });
}

export function partAndName(leaf: string): [string, string] {
  const [part = ''] = leaf.split(' ', 1);
  return [part, leaf.slice(part.length + 1)];
}

/** Leaves that `now` changed since `base` are as in `now`, all others as in `theirs`. */
export function merge(base: Leaves, now: Leaves, theirs: Leaves): Leaves {
  const merged = new Map(theirs);
  for (const leaf of changesOf(base, now)) {
    if (now.has(leaf)) merged.set(leaf, now.get(leaf));
    else merged.delete(leaf);
  }
  return merged;
}

export function changesOf(before: Leaves, after: Leaves): string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((leaf) => !isDeepStrictEqual(before.get(leaf), after.get(leaf)));
}
