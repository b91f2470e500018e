/** What the profile keeps for the screen and line mode, as named values: one for each setting, and for each draft of an account. */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { Event, Remembered } from '../state/event.ts';
import type { Settings } from '../state/state.ts';
import { themeNames } from '../state/theme.ts';

/** Values by row name. */
export type Rows = ReadonlyMap<string, unknown>;

/** A setting, or a draft of an account, whose value is one that this program knows. */
type Known =
  | { kind: 'setting'; change: Partial<Settings> }
  | { kind: 'draft'; account: string; conversation: string; text: string };

const settingValues = {
  theme: v.nullable(v.picklist(themeNames)),
  mouse: v.boolean(),
  bell: v.boolean(),
  desktop: v.boolean(),
  desktopText: v.boolean(),
  typing: v.boolean(),
} satisfies { [name in keyof Settings]: v.GenericSchema<Settings[name]> };

const settingName = v.picklist(Object.keys(settingValues) as (keyof Settings)[]);
const conversationName = v.pipe(v.string(), v.regex(/^[@#]./));
const names = v.union([
  v.tuple([v.literal('setting'), settingName]),
  v.tuple([v.literal('draft'), v.string(), conversationName]),
]);
const jsonNames = v.pipe(v.string(), v.parseJson(), names);

function rowName(...parts: v.InferOutput<typeof names>): string {
  return JSON.stringify(parts);
}

/** Returns what a row says; null when this program does not know its name or the value is none for it. */
function readRow(row: string, value: unknown): Known | null {
  const name = v.safeParse(jsonNames, row);
  if (!name.success) return null;
  if (name.output[0] === 'setting') {
    const [kind, setting] = name.output;
    const read = v.safeParse(settingValues[setting], value);
    return read.success ? { kind, change: { [setting]: read.output } } : null;
  }
  const [kind, account, conversation] = name.output;
  return typeof value === 'string' ? { kind, account, conversation, text: value } : null;
}

export function settingsIn(rows: Rows): Partial<Settings> {
  const read = [...rows].map(([name, value]) => readRow(name, value));
  return Object.assign({}, ...read.map((row) => (row?.kind === 'setting' ? row.change : {})));
}

/** The drafts of one account, by conversation. */
export function draftsIn(rows: Rows, account: string): Remembered['drafts'] {
  const read = [...rows].map(([name, value]) => readRow(name, value));
  const mine = read.flatMap((row) =>
    row?.kind === 'draft' && row.account === account ? [[row.conversation, row.text] as const] : [],
  );
  return Object.fromEntries(mine);
}

export function rowsOf(settings: Settings, drafts: Remembered['drafts'], account: string): Rows {
  return new Map<string, unknown>([
    ...settingName.options.map((name) => [rowName('setting', name), settings[name]] as const),
    ...Object.entries(drafts).map(([name, text]) => [rowName('draft', account, name), text] as const),
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
 * Returns the event that makes the screen follow a change in another window; null for a draft, which stays with the window in which it
 * is written, so that no text changes under the person's hands.
 */
export function eventOf(row: string, value: unknown): Event | null {
  const read = readRow(row, value);
  return read?.kind === 'setting' ? { type: 'settings', settings: read.change } : null;
}
