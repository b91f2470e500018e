import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { FileSystem } from '../../src/protocol/seams.ts';
import { Drafts, type Vault } from '../../src/tui/drafts.ts';
import { textOf } from '../../src/tui/editor.ts';
import { chatOf, openThread } from '../../src/tui/field.ts';
import { type Chat, defaultSettings, initialState } from '../../src/tui/state.ts';
import { Store } from '../../src/tui/store.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { systemError } from '../helpers/open-files.ts';
import { until } from '../helpers/until.ts';
import { message, noon } from './helpers/messages.ts';

const me = { name: 'alice', fingerprint: 'ab', daemon: { address: 'a:1', fingerprint: 'cd'.repeat(32) }, device: 1 };
/** Stands for the profile's sealing: enough that plain text is seen to be absent. */
const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x5a);

function open(
  t: ExecutionContext,
  dir = mkdtempSync(join(tmpdir(), 'sc-drafts-')),
  { files = fs as FileSystem, name = 'alice' } = {},
) {
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const clock = manualClock(noon);
  const vault: Vault = { dir, seal: flip, open: flip };
  const drafts = new Drafts(vault, files, clock);
  const store = new Store(initialState({ columns: 80, rows: 24 }, defaultSettings, noon), clock);
  const enter = async () => {
    const loaded = await drafts.load();
    const found = drafts.follow(store, { ...me, name });
    store.dispatch({
      type: 'entered',
      opening: { me, link: { state: 'online' }, people: [], conversations: [], ...found },
    });
    return { loaded, found };
  };
  return { dir, clock, drafts, store, enter };
}

test('what was typed is on the disk half a second later, sealed, and there at the next start', async (t) => {
  const first = open(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'to everybody' });
  first.store.dispatch({ type: 'opened', conversation: '@bob' });
  first.store.dispatch({ type: 'typed', text: 'to bob' });
  first.store.dispatch({ type: 'settings', settings: { theme: 'light' } });
  first.clock.advance(500);
  await first.drafts.save();
  t.false(readFileSync(join(first.dir, 'screen.sealed')).includes('bob'));
  const second = open(t, first.dir);
  const { found, loaded } = await second.enter();
  t.deepEqual(found.drafts, { '#lobby': 'to everybody', '@bob': 'to bob' });
  t.is(loaded.settings?.theme, 'light');
  t.deepEqual(loaded.last, { server: `securechat://a:1#${'cd'.repeat(32)}`, user: 'alice' });
});

test('the draft that an edit put aside is kept, not the edit, which would be sent as a message', async (t) => {
  const first = open(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'begun' });
  first.store.dispatch({ type: 'about', about: { do: 'edit', message: message({ text: 'said long ago' }) } });
  await first.drafts.save();
  t.deepEqual((await open(t, first.dir).enter()).found.drafts, { '#lobby': 'begun' });
});

test('only a theme that was chosen is kept: another terminal has its own', async (t) => {
  const first = open(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'x' });
  await first.drafts.save();
  const second = open(t, first.dir);
  t.is((await second.enter()).loaded.settings?.theme, null);
  second.store.dispatch({ type: 'settings', settings: { theme: 'light' } });
  await second.drafts.save();
  second.store.dispatch({ type: 'settings', settings: { theme: 'dark' } });
  await second.drafts.save();
  const third = open(t, first.dir);
  t.is((await third.enter()).loaded.settings?.theme, 'dark');
  third.store.dispatch({ type: 'typed', text: 'y' });
  await third.drafts.save();
  t.is((await open(t, first.dir).enter()).loaded.settings?.theme, 'dark');
});

test('a draft that was sent is no longer kept; a command never is', async (t) => {
  const first = open(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'gone' });
  await first.drafts.save();
  first.store.dispatch({ type: 'taken', text: 'gone' });
  first.store.dispatch({ type: 'typed', text: '.file /secret/place' });
  await first.drafts.save();
  t.deepEqual((await open(t, first.dir).enter()).found.drafts, {});
});

test('a draft that begins with a dot or a slash is kept, unless it is a command', async (t) => {
  const kept = async (text: string) => {
    const { dir, drafts, enter, store } = open(t);
    await enter();
    store.dispatch({ type: 'typed', text });
    await drafts.save();
    return (await open(t, dir).enter()).found.drafts['#lobby'] ?? null;
  };
  for (const text of ['... and that is why', '.5 of it', '/ 2', '..net is text']) t.is(await kept(text), text);
  for (const text of ['.file /secret/place', '/msg bob', '.nosuch thing']) t.is(await kept(text), null, text);
});

test('a file that cannot be read is left alone', async (t) => {
  const { dir, enter, store, drafts } = open(t);
  writeFileSync(join(dir, 'screen.sealed'), 'not ours');
  const { loaded } = await enter();
  t.false(loaded.readable);
  store.dispatch({ type: 'typed', text: 'x' });
  await drafts.save();
  t.is(readFileSync(join(dir, 'screen.sealed'), 'utf8'), 'not ours');
});

test('a file of before there were signs of writing has them on; a choice is kept', async (t) => {
  const first = open(t);
  const settings = { theme: 'light', mouse: true, bell: false, desktop: true, desktopText: false };
  const old = JSON.stringify({ v: 1, settings, last: null, drafts: {} });
  writeFileSync(join(first.dir, 'screen.sealed'), flip(new TextEncoder().encode(old)));
  const { loaded } = await first.enter();
  t.true(loaded.readable);
  t.deepEqual(loaded.settings, { ...settings, theme: 'light', typing: true });
  first.store.dispatch({ type: 'settings', settings: { typing: false } });
  await first.drafts.save();
  t.false((await open(t, first.dir).enter()).loaded.settings?.typing);
});

test('who is muted and blocked is kept sealed, for the account alone', async (t) => {
  const first = open(t);
  await first.enter();
  first.store.dispatch({ type: 'muted', conversation: '#lobby', on: true });
  first.store.dispatch({ type: 'blocked', name: '__proto__', on: true });
  first.store.dispatch({ type: 'blocked', name: 'mallory', on: true });
  first.clock.advance(500);
  await first.drafts.settle();
  t.false(readFileSync(join(first.dir, 'screen.sealed')).includes('mallory'));
  const { found } = await open(t, first.dir).enter();
  t.deepEqual(found, { drafts: {}, muted: ['#lobby'], blocked: ['__proto__', 'mallory'] });
  const other = open(t, first.dir);
  await other.drafts.load();
  t.deepEqual(other.drafts.follow(other.store, { ...me, name: 'carol' }).blocked, []);
});

test('a file from before there were such lists still loads', async (t) => {
  const older = {
    v: 1,
    settings: { theme: 'light', mouse: true, bell: false, desktop: true, desktopText: false },
    last: null,
    drafts: { [`alice ${'cd'.repeat(32)}`]: { '@bob': 'begun' } },
  };
  const { dir, enter } = open(t);
  writeFileSync(join(dir, 'screen.sealed'), flip(new TextEncoder().encode(JSON.stringify(older))));
  const { loaded, found } = await enter();
  t.true(loaded.readable);
  t.true(loaded.settings?.mouse);
  t.deepEqual(found, { drafts: { '@bob': 'begun' }, muted: [], blocked: [] });
});

/** Two windows of one profile, both opened before either changed anything. */
async function openTwo(t: ExecutionContext) {
  const first = open(t);
  await first.enter();
  const second = open(t, first.dir);
  await second.enter();
  const later = () => open(t, first.dir).enter();
  return { first, second, later };
}

test('two windows of a profile keep what each of them changed', async (t) => {
  const { first, second, later } = await openTwo(t);
  first.store.dispatch({ type: 'typed', text: 'x' });
  first.store.dispatch({ type: 'settings', settings: { bell: false } });
  first.store.dispatch({ type: 'blocked', name: 'mallory', on: true });
  await first.drafts.settle();
  second.store.dispatch({ type: 'opened', conversation: '@bob' });
  second.store.dispatch({ type: 'typed', text: 'y' });
  second.store.dispatch({ type: 'muted', conversation: '@carol', on: true });
  second.store.dispatch({ type: 'blocked', name: 'eve', on: true });
  second.store.dispatch({ type: 'settings', settings: { mouse: true } });
  await second.drafts.save();
  const { found, loaded } = await later();
  t.deepEqual(found.drafts, { '#lobby': 'x', '@bob': 'y' });
  t.deepEqual(found.muted, ['@carol']);
  t.deepEqual([...found.blocked].sort(), ['eve', 'mallory']);
  t.like(loaded.settings, { bell: false, mouse: true });
});

test('a window that is only left takes nothing from another', async (t) => {
  const { first, second, later } = await openTwo(t);
  first.store.dispatch({ type: 'typed', text: 'x' });
  first.store.dispatch({ type: 'settings', settings: { bell: false, theme: 'light' } });
  await first.drafts.save();
  await second.drafts.save();
  const { found, loaded } = await later();
  t.deepEqual(found.drafts, { '#lobby': 'x' });
  t.like(loaded.settings, { bell: false, theme: 'light' });
});

test('what was there when the screen was left is written', async (t) => {
  const { dir, drafts, enter, store } = open(t);
  await enter();
  store.dispatch({ type: 'typed', text: 'x' });
  const saved = drafts.save();
  store.dispatch({ type: 'left' });
  await saved;
  t.deepEqual((await open(t, dir).enter()).found.drafts, { '#lobby': 'x' });
});

test('of what both windows changed the later is kept; what one sent does not come back', async (t) => {
  const { first, second, later } = await openTwo(t);
  first.store.dispatch({ type: 'typed', text: 'x' });
  await first.drafts.save();
  second.store.dispatch({ type: 'typed', text: 'y' });
  await second.drafts.save();
  t.deepEqual((await later()).found.drafts, { '#lobby': 'y' });
  second.store.dispatch({ type: 'taken', text: 'y' });
  await second.drafts.save();
  await first.drafts.save();
  t.deepEqual((await later()).found.drafts, {});
});

test('what is muted, blocked or set in one window holds in the other; its drafts and own changes stay', async (t) => {
  const { first, second, later } = await openTwo(t);
  const chat = () => chatOf(second.store.get());
  second.store.dispatch({ type: 'typed', text: 'begun' });
  second.store.dispatch({ type: 'blocked', name: 'eve', on: true });
  first.store.dispatch({ type: 'typed', text: 'elsewhere' });
  first.store.dispatch({ type: 'blocked', name: 'mallory', on: true });
  first.store.dispatch({ type: 'muted', conversation: '#lobby', on: true });
  first.store.dispatch({ type: 'settings', settings: { bell: false } });
  await first.drafts.save();
  await until(() => chat()?.blocked.has('mallory') === true);
  t.deepEqual([...(chat()?.blocked ?? [])].sort(), ['eve', 'mallory']);
  t.true(chat()?.muted.has('#lobby'));
  t.false(second.store.get().settings.bell);
  t.is(textOf(openThread(chat() as Chat).draft), 'begun');
  await until(() => chatOf(first.store.get())?.blocked.has('eve') === true);
  first.store.dispatch({ type: 'blocked', name: 'mallory', on: false });
  await first.drafts.save();
  await until(() => chat()?.blocked.has('mallory') === false);
  await second.drafts.save();
  t.deepEqual((await later()).found.blocked, ['eve']);
});

test('what is changed while the disk is asked stays, and is written', async (t) => {
  const { first, second, later } = await openTwo(t);
  first.store.dispatch({ type: 'settings', settings: { bell: false, mouse: true } });
  await first.drafts.save();
  const saving = second.drafts.save();
  second.store.dispatch({ type: 'settings', settings: { mouse: true } });
  second.store.dispatch({ type: 'settings', settings: { desktop: false } });
  await saving;
  t.like(second.store.get().settings, { bell: false, mouse: true, desktop: false });
  await second.drafts.settle();
  t.like((await later()).loaded.settings, { bell: false, mouse: true, desktop: false });
});

/** The real disk; `act` runs whenever a file is about to be replaced. */
function writing(act: () => void): FileSystem {
  const rename: FileSystem['rename'] = async (from, to) => {
    act();
    await fs.rename(from, to);
  };
  return { ...(fs as FileSystem), rename };
}

test('what could not be written is not taken back, and written later', async (t) => {
  let isFull = false;
  const files = writing(() => {
    if (isFull) throw systemError('ENOSPC');
  });
  const { dir, drafts, enter, store } = open(t, undefined, { files });
  await enter();
  await drafts.save();
  isFull = true;
  store.dispatch({ type: 'settings', settings: { bell: false } });
  await drafts.save();
  await drafts.save();
  t.false(store.get().settings.bell);
  isFull = false;
  await drafts.save();
  t.false((await open(t, dir).enter()).loaded.settings?.bell);
});

test('two accounts of a profile do not write against each other for ever', async (t) => {
  let written = 0;
  const files = writing(() => void written++);
  const alices = open(t, undefined, { files });
  const bobs = open(t, alices.dir, { files, name: 'bob' });
  await alices.enter();
  await bobs.enter();
  alices.store.dispatch({ type: 'blocked', name: 'mallory', on: true });
  await alices.drafts.save();
  await bobs.drafts.save();
  t.is(written, 2);
  for (const { drafts } of [alices, bobs, alices, bobs]) await drafts.save();
  t.is(written, 2);
  const { found, loaded } = await open(t, alices.dir).enter();
  t.is(loaded.last?.user, 'bob');
  t.deepEqual(found.blocked, ['mallory']);
});
