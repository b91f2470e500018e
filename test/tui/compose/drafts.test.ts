import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { systemError } from '../../helpers/patched-file-system.ts';
import { message } from '../../helpers/screen/messages.ts';
import { flip, me, openDrafts, writing } from '../../helpers/screen/open-drafts.ts';

test('what was typed is on the disk half a second later, sealed, and there at the next start', async (t) => {
  const first = openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'to everybody' });
  first.store.dispatch({ type: 'opened', conversation: '@bob' });
  first.store.dispatch({ type: 'typed', text: 'to bob' });
  first.store.dispatch({ type: 'settings', settings: { theme: 'light' } });
  first.clock.advance(500);
  await first.drafts.save();
  t.false(readFileSync(join(first.dir, 'screen.sealed')).includes('bob'));
  const second = openDrafts(t, first.dir);
  const { found, loaded } = await second.enter();
  t.deepEqual(found.drafts, { '#lobby': 'to everybody', '@bob': 'to bob' });
  t.is(loaded.settings?.theme, 'light');
});

test('the draft that an edit put aside is kept, not the edit, which would be sent as a message', async (t) => {
  const first = openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'begun' });
  first.store.dispatch({ type: 'about', about: { do: 'edit', message: message({ text: 'said long ago' }) } });
  await first.drafts.save();
  t.deepEqual((await openDrafts(t, first.dir).enter()).found.drafts, { '#lobby': 'begun' });
});

test('only a theme that was chosen is kept: another terminal has its own', async (t) => {
  const first = openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'x' });
  await first.drafts.save();
  const second = openDrafts(t, first.dir);
  t.is((await second.enter()).loaded.settings?.theme, null);
  second.store.dispatch({ type: 'settings', settings: { theme: 'light' } });
  await second.drafts.save();
  second.store.dispatch({ type: 'settings', settings: { theme: 'dark' } });
  await second.drafts.save();
  const third = openDrafts(t, first.dir);
  t.is((await third.enter()).loaded.settings?.theme, 'dark');
  third.store.dispatch({ type: 'typed', text: 'y' });
  await third.drafts.save();
  t.is((await openDrafts(t, first.dir).enter()).loaded.settings?.theme, 'dark');
});

test('a draft that was sent is no longer kept; a command never is', async (t) => {
  const first = openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'gone' });
  await first.drafts.save();
  first.store.dispatch({ type: 'taken', text: 'gone' });
  first.store.dispatch({ type: 'typed', text: '.file /secret/place' });
  await first.drafts.save();
  t.deepEqual((await openDrafts(t, first.dir).enter()).found.drafts, {});
});

test('a draft that begins with a dot or a slash is kept, unless it is a command', async (t) => {
  const kept = async (text: string) => {
    const { dir, drafts, enter, store } = openDrafts(t);
    await enter();
    store.dispatch({ type: 'typed', text });
    await drafts.save();
    return (await openDrafts(t, dir).enter()).found.drafts['#lobby'] ?? null;
  };
  for (const text of ['... and that is why', '.5 of it', '/ 2', '..net is text']) t.is(await kept(text), text);
  for (const text of ['.file /secret/place', '/msg bob', '.nosuch thing']) t.is(await kept(text), null, text);
});

test('a file that cannot be read is left alone', async (t) => {
  const { dir, enter, store, drafts } = openDrafts(t);
  writeFileSync(join(dir, 'screen.sealed'), 'not ours');
  const { loaded } = await enter();
  t.false(loaded.readable);
  store.dispatch({ type: 'typed', text: 'x' });
  await drafts.save();
  t.is(readFileSync(join(dir, 'screen.sealed'), 'utf8'), 'not ours');
});

test('a file of before there were signs of writing has them on; a choice is kept', async (t) => {
  const first = openDrafts(t);
  const settings = { theme: 'light', mouse: true, bell: false, desktop: true, desktopText: false };
  const old = JSON.stringify({ v: 1, settings, last: null, drafts: {} });
  writeFileSync(join(first.dir, 'screen.sealed'), flip(new TextEncoder().encode(old)));
  const { loaded } = await first.enter();
  t.true(loaded.readable);
  t.deepEqual(loaded.settings, { ...settings, theme: 'light', typing: true });
  first.store.dispatch({ type: 'settings', settings: { typing: false } });
  await first.drafts.save();
  t.false((await openDrafts(t, first.dir).enter()).loaded.settings?.typing);
});

test('who is muted and blocked is kept sealed, for the account alone', async (t) => {
  const first = openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'muted', conversation: '#lobby', on: true });
  first.store.dispatch({ type: 'blocked', name: '__proto__', on: true });
  first.store.dispatch({ type: 'blocked', name: 'mallory', on: true });
  first.clock.advance(500);
  await first.drafts.settle();
  t.false(readFileSync(join(first.dir, 'screen.sealed')).includes('mallory'));
  const { found } = await openDrafts(t, first.dir).enter();
  t.deepEqual(found, { drafts: {}, muted: ['#lobby'], blocked: ['__proto__', 'mallory'] });
  const other = openDrafts(t, first.dir);
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
  const { dir, enter } = openDrafts(t);
  writeFileSync(join(dir, 'screen.sealed'), flip(new TextEncoder().encode(JSON.stringify(older))));
  const { loaded, found } = await enter();
  t.true(loaded.readable);
  t.true(loaded.settings?.mouse);
  t.deepEqual(found, { drafts: { '@bob': 'begun' }, muted: [], blocked: [] });
});

test('what was there when the screen was left is written', async (t) => {
  const { dir, drafts, enter, store } = openDrafts(t);
  await enter();
  store.dispatch({ type: 'typed', text: 'x' });
  const saved = drafts.save();
  store.dispatch({ type: 'left' });
  await saved;
  t.deepEqual((await openDrafts(t, dir).enter()).found.drafts, { '#lobby': 'x' });
});

test('what could not be written is not taken back, and written later', async (t) => {
  let isFull = false;
  const files = writing(() => {
    if (isFull) throw systemError('ENOSPC');
  });
  const { dir, drafts, enter, store } = openDrafts(t, undefined, { files });
  await enter();
  await drafts.save();
  isFull = true;
  store.dispatch({ type: 'settings', settings: { bell: false } });
  await drafts.save();
  await drafts.save();
  t.false(store.get().settings.bell);
  isFull = false;
  await drafts.save();
  t.false((await openDrafts(t, dir).enter()).loaded.settings?.bell);
});
