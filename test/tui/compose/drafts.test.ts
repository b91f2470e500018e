import test from 'ava';
import { SealedRows } from '../../../src/client/profile/sealed-rows.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { message } from '../../helpers/screen/messages.ts';
import { me, openDrafts, reopened } from '../../helpers/screen/open-drafts.ts';

test('a draft is stored half a second after typing and is there at the next start', async (t) => {
  const first = await openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'to everybody' });
  first.store.dispatch({ type: 'opened', conversation: '@bob' });
  first.store.dispatch({ type: 'typed', text: 'to bob' });
  first.store.dispatch({ type: 'settings', settings: { theme: 'light' } });
  first.clock.advance(500);
  await first.drafts.save();
  const { drafts, loaded } = await reopened(t, first.dir);
  t.deepEqual(drafts, { '#lobby': 'to everybody', '@bob': 'to bob' });
  t.is(loaded.settings.theme, 'light');
});

test('a draft that an edit put aside is stored, and the edit itself is not', async (t) => {
  const first = await openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'begun' });
  first.store.dispatch({ type: 'about', about: { do: 'edit', message: message({ text: 'said long ago' }) } });
  await first.drafts.save();
  t.deepEqual((await reopened(t, first.dir)).drafts, { '#lobby': 'begun' });
});

test('a theme is stored only if the person chose it, because another terminal has its own', async (t) => {
  const first = await openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'x' });
  await first.drafts.save();
  const second = await openDrafts(t, first.dir);
  t.deepEqual((await second.enter()).loaded.settings, {});
  second.store.dispatch({ type: 'settings', settings: { theme: 'light' } });
  await second.drafts.save();
  second.store.dispatch({ type: 'settings', settings: { theme: 'dark' } });
  await second.drafts.save();
  const third = await openDrafts(t, first.dir);
  t.is((await third.enter()).loaded.settings.theme, 'dark');
  third.store.dispatch({ type: 'typed', text: 'y' });
  await third.drafts.save();
  t.is((await reopened(t, first.dir)).loaded.settings.theme, 'dark');
});

test('a sent draft is no longer stored, and a command never is', async (t) => {
  const first = await openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'gone' });
  await first.drafts.save();
  first.store.dispatch({ type: 'taken', text: 'gone' });
  first.store.dispatch({ type: 'typed', text: '.file /secret/place' });
  await first.drafts.save();
  t.deepEqual((await reopened(t, first.dir)).drafts, {});
});

test('a draft that begins with a dot or a slash is stored unless it is a command', async (t) => {
  const kept = async (text: string) => {
    const { dir, drafts, enter, store } = await openDrafts(t);
    await enter();
    store.dispatch({ type: 'typed', text });
    await drafts.save();
    return (await reopened(t, dir)).drafts['#lobby'] ?? null;
  };
  for (const text of ['... and that is why', '.5 of it', '/ 2', '..net is text']) t.is(await kept(text), text);
  for (const text of ['.file /secret/place', '/msg bob', '.nosuch thing']) t.is(await kept(text), null, text);
});

test('a damaged row affects no other row, and stays until it is written again', async (t) => {
  const first = await openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'typed', text: 'begun' });
  await first.drafts.save();
  first.store.dispatch({ type: 'settings', settings: { bell: false } });
  await first.drafts.save();
  const rows = () => first.db.all('SELECT n, sealed FROM sealed_rows ORDER BY n');
  await first.db.run("UPDATE sealed_rows SET sealed = x'00' WHERE n = 1");
  const { dir, enter, drafts, store } = await openDrafts(t, first.dir);
  const found = await enter();
  t.false(found.loaded.readable);
  t.deepEqual(found.loaded.settings, { bell: false });
  t.deepEqual(found.drafts, {});
  store.dispatch({ type: 'settings', settings: { mouse: true } });
  await drafts.save();
  t.deepEqual((await rows())[0]?.sealed, Uint8Array.of(0));
  store.dispatch({ type: 'typed', text: 'begun again' });
  await drafts.save();
  const next = await reopened(t, dir);
  t.true(next.loaded.readable);
  t.deepEqual(next.drafts, { '#lobby': 'begun again' });
});

test('a changed setting is stored; unknown names and values are ignored', async (t) => {
  const { dir, enter, store, drafts } = await openDrafts(t);
  t.deepEqual((await enter()).loaded.settings, {});
  store.dispatch({ type: 'settings', settings: { typing: false } });
  await drafts.save();
  const account = `alice ${'cd'.repeat(32)}`;
  const rows = new SealedRows(await openProfile(t, dir));
  const wrong = [
    [['setting', 'theme'], 'pink'],
    [['setting', 'bell'], 1],
    [['setting', 'constructor'], true],
    [['draft', account, 'no conversation'], 'x'],
    [['draft', account, '@bob'], { text: 'x' }],
    [['later'], true],
  ].map(([name, value]) => [JSON.stringify(name), value] as const);
  await rows.write(new Map([...wrong, ['no JSON', 1]]));
  const found = await reopened(t, dir);
  t.deepEqual(found, { loaded: { settings: { typing: false }, readable: true }, drafts: {} });
});

test('drafts are stored for their account only', async (t) => {
  const first = await openDrafts(t);
  await first.enter();
  first.store.dispatch({ type: 'opened', conversation: '@__proto__' });
  first.store.dispatch({ type: 'typed', text: 'x' });
  first.clock.advance(500);
  await first.drafts.settle();
  const { drafts } = await reopened(t, first.dir);
  t.deepEqual(drafts, { '@__proto__': 'x' });
  const other = await openDrafts(t, first.dir);
  await other.drafts.load();
  t.deepEqual(other.drafts.follow(other.store, { ...me, name: 'carol' }), {});
});

test('a draft is written when the person leaves the screen', async (t) => {
  const { dir, drafts, enter, store } = await openDrafts(t);
  await enter();
  store.dispatch({ type: 'typed', text: 'x' });
  const saved = drafts.save();
  store.dispatch({ type: 'left' });
  await saved;
  t.deepEqual((await reopened(t, dir)).drafts, { '#lobby': 'x' });
});

test('a change that could not be written stays in effect and is written later', async (t) => {
  let isFull = false;
  const onWrite = () => {
    if (isFull) throw new Error('no room');
  };
  const { dir, drafts, enter, store } = await openDrafts(t, undefined, { onWrite });
  await enter();
  await drafts.save();
  isFull = true;
  store.dispatch({ type: 'settings', settings: { bell: false } });
  await drafts.save();
  await drafts.save();
  t.false(store.get().settings.bell);
  isFull = false;
  await drafts.save();
  t.false((await reopened(t, dir)).loaded.settings.bell);
});
