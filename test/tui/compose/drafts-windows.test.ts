import test, { type ExecutionContext } from 'ava';
import { textOf } from '../../../src/tui/state/editor.ts';
import { chatOf, openThread } from '../../../src/tui/state/focus.ts';
import type { Chat } from '../../../src/tui/state/state.ts';
import { openDrafts, reopened } from '../../helpers/screen/open-drafts.ts';
import { until } from '../../helpers/until.ts';

/** Two windows of one profile, both opened before either of them changed anything. */
async function openTwo(t: ExecutionContext) {
  const first = await openDrafts(t);
  await first.enter();
  const second = await openDrafts(t, first.dir);
  await second.enter();
  const later = () => reopened(t, first.dir);
  return { first, second, later };
}

test('two windows of a profile both keep their changes', async (t) => {
  const { first, second, later } = await openTwo(t);
  first.store.dispatch({ type: 'typed', text: 'x' });
  first.store.dispatch({ type: 'settings', settings: { bell: false } });
  await first.drafts.settle();
  second.store.dispatch({ type: 'opened', conversation: '@bob' });
  second.store.dispatch({ type: 'typed', text: 'y' });
  second.store.dispatch({ type: 'settings', settings: { mouse: true } });
  await second.drafts.save();
  const { drafts, loaded } = await later();
  t.deepEqual(drafts, { '#lobby': 'x', '@bob': 'y' });
  t.like(loaded.settings, { bell: false, mouse: true });
});

test('a window that closes without changes overwrites nothing of another window', async (t) => {
  const { first, second, later } = await openTwo(t);
  first.store.dispatch({ type: 'typed', text: 'x' });
  first.store.dispatch({ type: 'settings', settings: { bell: false, theme: 'light' } });
  await first.drafts.save();
  await second.drafts.save();
  const { drafts, loaded } = await later();
  t.deepEqual(drafts, { '#lobby': 'x' });
  t.like(loaded.settings, { bell: false, theme: 'light' });
});

test('of two changes to one value the later is kept, and a draft sent in one window does not come back', async (t) => {
  const { first, second, later } = await openTwo(t);
  first.store.dispatch({ type: 'typed', text: 'x' });
  await first.drafts.save();
  second.store.dispatch({ type: 'typed', text: 'y' });
  await second.drafts.save();
  t.deepEqual((await later()).drafts, { '#lobby': 'y' });
  second.store.dispatch({ type: 'taken', text: 'y' });
  await second.drafts.save();
  await first.drafts.save();
  t.deepEqual((await later()).drafts, {});
});

test('settings of one window apply in the other, which keeps its drafts and its own changes', async (t) => {
  const { first, second, later } = await openTwo(t);
  second.store.dispatch({ type: 'typed', text: 'begun' });
  second.store.dispatch({ type: 'settings', settings: { mouse: true } });
  first.store.dispatch({ type: 'typed', text: 'elsewhere' });
  first.store.dispatch({ type: 'settings', settings: { bell: false } });
  await first.drafts.save();
  await until(() => second.store.get().settings.bell === false);
  t.true(second.store.get().settings.mouse);
  t.is(textOf(openThread(chatOf(second.store.get()) as Chat).draft), 'begun');
  await until(() => first.store.get().settings.mouse === true);
  first.store.dispatch({ type: 'settings', settings: { bell: true } });
  await first.drafts.save();
  await until(() => second.store.get().settings.bell === true);
  await second.drafts.save();
  t.like((await later()).loaded.settings, { bell: true, mouse: true });
});

test('a change made while the profile is read stays and is written', async (t) => {
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

test("two accounts of a profile do not overwrite each other's rows again and again", async (t) => {
  let written = 0;
  const onWrite = () => void written++;
  const alices = await openDrafts(t, undefined, { onWrite });
  const bobs = await openDrafts(t, alices.dir, { onWrite, name: 'bob' });
  await alices.enter();
  await bobs.enter();
  alices.store.dispatch({ type: 'typed', text: 'of alice' });
  bobs.store.dispatch({ type: 'typed', text: 'of bob' });
  await alices.drafts.save();
  await bobs.drafts.save();
  t.is(written, 2);
  for (const { drafts } of [alices, bobs, alices, bobs]) await drafts.save();
  t.is(written, 2);
  t.deepEqual((await reopened(t, alices.dir)).drafts, { '#lobby': 'of alice' });
});
