/** Dialogs, their titles, and what they say without a link. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { picked } from '../../../../src/tui/selectors/search.ts';
import { emptyEditor } from '../../../../src/tui/state/editor.ts';
import { focusScopesOf } from '../../../../src/tui/state/focus.ts';
import { actionFor } from '../../../../src/tui/state/keys.ts';
import { fileKey } from '../../../../src/tui/state/message-list.ts';
import { clientEvents, move } from '../../../helpers/screen/events.ts';
import { draw } from '../../../helpers/screen/frames.tsx';
import { file, person, transfer } from '../../../helpers/screen/messages.ts';
import { openChat } from '../../../helpers/screen/open-chat.ts';
import { until } from '../../../helpers/until.ts';

const lost = clientEvents({ type: 'link', link: { state: 'waiting', retryAt: 0, reason: 'cut' } });
const running = transfer();

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sc-picker-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'inner'));
  writeFileSync(join(folder, 'inner', 'one.txt'), 'x');
  return folder;
}

async function picker(t: ExecutionContext, folder: string) {
  const screen = await openChat(t);
  const overlay = () => {
    const { overlay: open } = screen.store.get();
    if (open?.kind !== 'picker') throw new Error(`not the picker: ${open?.kind}`);
    return open;
  };
  /** Waits until the picker has read its folder, `there` if given. */
  const read = async (there?: string) => {
    const isRead = () => overlay().entries !== null && (there === undefined || overlay().folder === there);
    await until(isRead);
    return overlay();
  };
  const enter = async (name: string, from = dirname(folder)) => {
    const entries = ['..', name].map((entry) => ({ name: entry, folder: true, size: 0 }));
    const open = { kind: 'picker', folder: from, entries, note: null, query: emptyEditor, selected: 1 } as const;
    screen.store.dispatch({ type: 'overlay', overlay: open });
    await screen.key('enter');
    return read();
  };
  await enter(basename(folder));
  return { ...screen, enter, overlay, read };
}

test('the picker begins in the folder, and Backspace in an empty field goes up', async (t) => {
  const folder = folderFor(t);
  const { key, read, overlay, store } = await picker(t, join(folder, 'inner'));
  const first = await read();
  t.is(first.entries?.[first.selected]?.name, 'one.txt');
  store.dispatch({ type: 'typed', text: 'o' });
  t.is(overlay().selected, 0);
  await key('backspace');
  t.regex(overlay().folder, /inner$/, 'a letter goes first');
  t.is(overlay().selected, 1);
  await key('backspace');
  const above = await read();
  t.notRegex(above.folder, /inner$/);
  t.deepEqual(
    above.entries?.map(({ name }) => name),
    ['..', 'inner'],
  );
});

test('hidden files are counted and shown after a dot, and a typed path is followed', async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, '.hidden.txt'), 'x');
  const { key, read, overlay, store, calls } = await picker(t, join(folder, 'inner'));
  await read();
  const type = (text: string) => store.dispatch({ type: 'typed', text });
  type('/no/such/path');
  await key('enter');
  await until(() => overlay().note !== null);
  t.regex(overlay().note ?? '', /nothing at this path/);
  await key('ctrl+u');
  type('../');
  await key('enter');
  const up = await read(folder);
  t.regex(up.note ?? '', /^1 hidden entry: type \. to see it$/);
  const shown = () => picked(overlay()).map(({ name }) => name);
  t.deepEqual(shown(), ['..', 'inner']);
  type('.h');
  t.deepEqual(shown(), ['.hidden.txt']);
  await key('ctrl+u');
  type('inner/one.txt');
  await key('enter');
  await until(() => calls('upload').length > 0);
  t.deepEqual(calls('upload'), [['#lobby', join(folder, 'inner', 'one.txt')]]);
});

test('a path that was given up before it was looked up sends nothing', async (t) => {
  const folder = folderFor(t);
  const { actions, read, store, calls, settle } = await picker(t, join(folder, 'inner'));
  await read();
  store.dispatch({ type: 'typed', text: join(folder, 'inner', 'one.txt') });
  actions.take({ type: 'key', key: 'enter' });
  actions.take({ type: 'key', key: 'escape' });
  // This lookup ends after the picker's.
  await stat(join(folder, 'inner', 'one.txt'));
  await settle();
  t.deepEqual(calls('upload'), []);
  t.is(store.get().overlay, null);
});

test('an unreadable folder says so and leads back; names that cannot be shown are counted', async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, 'inner', 'bad\x1b[31m.txt'), 'x');
  const gone = join(folder, 'gone');
  mkdirSync(gone);
  const { read, enter } = await picker(t, join(folder, 'inner'));
  t.regex((await read()).note ?? '', /^1 entry is not shown/);
  rmSync(gone, { recursive: true });
  const closed = await enter('gone', folder);
  t.regex(closed.note ?? '', /no such folder any more; choose another/);
  t.deepEqual(
    closed.entries?.map(({ name }) => name),
    ['..'],
  );
  t.is(closed.selected, 0);
  if (process.getuid?.() === 0 || process.platform === 'win32') return;
  chmodSync(join(folder, 'inner'), 0o000);
  t.regex((await enter('inner', folder)).note ?? '', /may not be read/);
  chmodSync(join(folder, 'inner'), 0o700);
});

test('a filtered list keeps its place on the screen', async (t) => {
  const { after, enter } = draw(t, { columns: 80, rows: 24 });
  enter();
  const entries = Array.from({ length: 40 }, (_, i) => ({ name: `${i}.txt`, folder: false, size: 1 }));
  const picks = { kind: 'picker', folder: '/tmp', entries, note: null, query: emptyEditor, selected: 0 } as const;
  const edges = (rows: string[]) => rows.flatMap((row, y) => (/[╭╰]/.test(row) ? [y] : []));
  for (const overlay of [
    picks,
    { kind: 'switcher', query: emptyEditor, selected: 0 } as const,
    { kind: 'search', query: emptyEditor, selected: 0 } as const,
  ]) {
    const all = edges(await after({ type: 'overlay', overlay }));
    t.is(all.length, 2);
    t.deepEqual(edges(await after({ type: 'typed', text: '33' })), all, overlay.kind);
    t.deepEqual(edges(await after({ type: 'typed', text: 'zz' })), all, overlay.kind);
  }
});

test('help shows the position and how to scroll; Home and End work there', async (t) => {
  const { after, enter, store } = draw(t, { columns: 80, rows: 24 });
  enter();
  const foot = (rows: string[]) => rows.find((row) => row.includes('╰')) ?? '';
  t.regex(foot(await after(move('help'))), /1–16 of \d+ · ↑↓ PgUp PgDn scroll · Esc closes/);
  t.is(actionFor('end', focusScopesOf(store.get())), 'newest');
  t.is(actionFor('home', focusScopesOf(store.get())), 'oldest');
  t.regex(foot(await after(move('newest'))), /╰─ (\d+)–(\d+) of \2 ·/);
  const page = { kind: 'page', title: 'x', lines: ['one'], top: 0 } as const;
  t.regex(foot(await after({ type: 'overlay', overlay: page })), /╰─ Esc closes ─/);
});

test('panes over the others say what Enter does, and empty lists what they wait for', async (t) => {
  const { after, enter } = draw(t, { columns: 60, rows: 24 });
  enter();
  t.true((await after(move('show-files'))).some((row) => row.includes('Enter downloads · Esc closes')));
  const people = await after(move('show-people'));
  t.true(people.some((row) => row.includes('Enter opens · Esc closes')));
  t.true(people.some((row) => row.includes('People · alice')));
  t.true((await after(move('search'))).some((row) => row.includes('type words or a name')));
  t.true((await after({ type: 'typed', text: 'zzz' })).some((row) => row.includes('no message like this')));
});

test('a changed key stands out from what is beside it, in few words in narrow windows', async (t) => {
  for (const columns of [80, 100, 120, 150]) {
    const { after, enter } = draw(t, { columns, rows: 30 });
    enter(['alice', 'bob']);
    const bob = person('bob', { online: false, changedTo: 'cd'.repeat(32) });
    const rows = await after({ type: 'opened', conversation: '@bob' }, clientEvents({ type: 'people', people: [bob] }));
    t.regex(
      rows[0] ?? '',
      /@bob {2}offline {2,}! (the )?key changed: (press )?Enter( to look at it)? *(│|$)/,
      String(columns),
    );
    const shown = await after({
      type: 'overlay',
      overlay: { kind: 'fingerprint', name: 'bob', digits: null, error: null, at: 0, stray: false },
    });
    t.true(shown.some((row) => /old key +abab/.test(row)));
    t.true(shown.some((row) => /new key +cdcd/.test(row)));
  }
});

test('without a link nobody is shown as online and no transfer as moving', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 24 });
  enter();
  const moving = await after(clientEvents({ type: 'transfer', transfer: running }));
  t.true(moving.some((row) => row.startsWith(' ● bob')));
  t.true(moving.some((row) => row.includes('10 B/s')));
  const rows = await after(lost);
  t.true(rows.some((row) => row.startsWith(' · bob')));
  t.false(rows.slice(2, -1).some((row) => /●|B\/s/.test(row)));
  t.true(rows.some((row) => row.includes('40 %  waits for the link')));
});

test('the open page of transfers is updated', async (t) => {
  const { say, client, settle, store } = await openChat(t);
  client.emit({ type: 'transfer', transfer: running });
  await settle();
  await say('.transfers');
  const { overlay } = store.get();
  t.like(overlay, { kind: 'page', of: 'transfers' });
  const { after, enter } = draw(t, { columns: 120, rows: 24 });
  enter();
  await after(clientEvents({ type: 'transfer', transfer: running }), { type: 'overlay', overlay });
  const rows = await after(clientEvents({ type: 'transfer', transfer: { ...running, done: 77 } }));
  t.true(rows.some((row) => row.includes('77 B / 100 B')));
});

test("one's own name stands above the people; the bare view says how to leave it until the next key", async (t) => {
  const { after, enter } = draw(t, { columns: 100, rows: 24 });
  enter();
  t.regex((await after())[0] ?? '', /^ People +alice │/);
  const bare = await after(move('bare'));
  t.regex(bare.at(-1) ?? '', /Alt\+L or Esc goes back/);
  t.is(bare.length, 24);
  t.notRegex((await after({ type: 'typed', text: 'a' })).join('\n'), /Alt\+L/);
  const failed = await after({ type: 'notice', notice: { text: 'it failed', tone: 'bad' } });
  t.regex(failed.at(-1) ?? '', /it failed/, 'a notice is seen in the bare view as well');
  t.false((await after(move('back'))).join('\n').includes('it failed'));
});

test('a paused transfer can be cancelled by command and by key', async (t) => {
  const { client, say, calls, notice, settle, chat, store, key } = await openChat(t);
  for (const direction of ['up', 'down'] as const) {
    const author = direction === 'up' ? 'alice' : 'bob';
    const transfer = { ...running, id: direction, author, direction, name: `${direction}.bin` };
    client.begun = [transfer];
    if (direction === 'down') store.dispatch({ type: 'files', files: [file({ id: 'down', name: 'down.bin' })] });
    client.emit({ type: 'transfer', transfer });
    await settle();
    await say('.pause');
    t.is(chat().transfers[fileKey(transfer)]?.state, 'paused');
    await (direction === 'up' ? say('.cancel') : key('f3', 'x'));
    t.deepEqual(calls('drop').at(-1), [direction]);
    t.is(notice(), `${direction}.bin is cancelled`);
    t.is(chat().transfers[fileKey(transfer)]?.state, 'cancelled');
  }
});
