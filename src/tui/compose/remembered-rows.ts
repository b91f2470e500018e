/**
 * What the profile keeps for the screen and line mode, as named values: one for each setting, and for each draft, muted conversation
 * and blocked person of an account.
 */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { ConversationName } from '../../client/types.ts';
import type { Event, Remembered } from '../state/event.ts';
import type { Settings } from '../state/state.ts';
import { themeNames } from '../state/theme.ts';

/** Values by row name. */
export type Rows = ReadonlyMap<string, unknown>;

type Kind = 'draft' | 'muted' | 'blocked';
/** A row of an account, or a setting, whose value is one that this program knows. */
type Known =
  | { kind: 'setting'; change: Partial<Settings> }
  | { kind: Kind; account: string; name: string; value: unknown };

const settingValues = {
  theme: v.nullable(v.picklist(themeNames)),
  mouse: v.boolean(),
  bell: v.boolean(),
  desktop: v.boolean(),
  desktopText: v.boolean(),
  typing: v.boolean(),
} satisfies { [name in keyof Settings]: v.GenericSchema<Settings[name]> };

const settingName = v.picklist(Object.keys(settingValues) as (keyof Settings)[]);
const conversation = v.pipe(v.string(), v.regex(/^[@#]./));
const names = v.union([
  v.tuple([v.literal('setting'), settingName]),
  v.tuple([v.picklist(['draft', 'muted']), v.string(), conversation]),
  v.tuple([v.literal('blocked'), v.string(), v.string()]),
]);
const jsonNames = v.pipe(v.string(), v.parseJson(), names);
const values = { draft: v.string(), muted: v.literal(true), blocked: v.literal(true) };

function rowName(...parts: v.InferOutput<typeof names>): string {
  return JSON.stringify(parts);
}

/** Returns what a row says; null when this program does not know its name or the value is none for it. A value may be missing. */
function readRow(row: string, value: unknown): Known | null {
  const name = v.safeParse(jsonNames, row);
  if (!name.success) return null;
  const [kind, ...parts] = name.output;
  if (kind === 'setting') {
    const [setting] = parts as [keyof Settings];
    const read = v.safeParse(settingValues[setting], value);
    return read.success ? { kind, change: { [setting]: read.output } } : null;
  }
  const [account = '', of = ''] = parts;
  return v.is(v.optional(values[kind]), value) ? { kind, account, name: of, value } : null;
}

export function settingsIn(rows: Rows): Partial<Settings> {
  const read = [...rows].map(([name, value]) => readRow(name, value));
  return Object.assign({}, ...read.map((row) => (row?.kind === 'setting' ? row.change : {})));
}

/** What is kept of one account. */
export function rememberedIn(rows: Rows, account: string): Remembered {
  const read = [...rows].map(([name, value]) => readRow(name, value));
  const mine = (kind: Kind) =>
    read.flatMap((row) => (row?.kind === kind && row.account === account ? [[row.name, row.value] as const] : []));
  return {
    drafts: Object.fromEntries(mine('draft')) as Record<string, string>,
    muted: mine('muted').map(([name]) => name),
    blocked: mine('blocked').map(([name]) => name),
  };
}

export function rowsOf(settings: Settings, { drafts, muted, blocked }: Remembered, account: string): Rows {
  return new Map<string, unknown>([
    ...settingName.options.map((name) => [rowName('setting', name), settings[name]] as const),
    ...Object.entries(drafts).map(([name, text]) => [rowName('draft', account, name), text] as const),
    ...muted.map((name) => [rowName('muted', account, name), true] as const),
    ...blocked.map((name) => [rowName('blocked', account, name), true] as const),
  ]);
}

/** Returns the rows of `after` that differ from `before`, with undefined for those that are gone. */
export function changesOf(before: Rows, after: Rows): Rows {
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => !isDeepStrictEqual(before.get(name), after.get(name)),
  );
  return new Map(changed.map((name) => [name, after.get(name)]));
}

/**
 * Returns the event that makes the screen follow a change in another window; null where there is none: for other accounts, and for
 * drafts, which stay with the window in which they are written, so that no text changes under the person's hands.
 */
export function eventOf(row: string, value: unknown, account: string): Event | null {
  const read = readRow(row, value);
  if (read === null) return null;
  if (read.kind === 'setting') return { type: 'settings', settings: read.change };
  if (read.kind === 'draft' || read.account !== account) return null;
  const on = read.value === true;
  return read.kind === 'muted'
    ? { type: 'muted', conversation: read.name as ConversationName, on }
    : { type: 'blocked', name: read.name, on };
}
