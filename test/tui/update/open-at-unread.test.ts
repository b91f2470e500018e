/** Opening a conversation with more unread messages than the window holds. */
import test, { type ExecutionContext } from 'ava';
import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { lookOf } from '../../../src/tui/selectors/selectors.ts';
import { chatOf, openThread } from '../../../src/tui/state/focus.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

async function unread(t: ExecutionContext, all: number, read: number) {
  const screen = await openChat(t, (client) => {
    client.fill('@bob', all, () => ({ from: 'bob', to: 'alice' }));
    client.readPositions.set('@bob', read);
  });
  const thread = () => openThread(screen.chat());
  const rows = () => {
    const { look, height } = lookOf(screen.store.get());
    return viewOf(thread(), look, height).rows.map(({ row }) => row.spans.map(({ text }) => text).join(''));
  };
  const open = async () => {
    await screen.key('alt+a');
    for (let i = 0; i < 30 && (thread().loaded !== 'yes' || thread().locatingUnread); i++) await screen.settle();
    await screen.settle();
  };
  const marked = () => Number(screen.calls('markRead').at(-1)?.[1] ?? 0);
  return { ...screen, thread, rows, open, marked };
}

test('it opens at the line "new", marks what is seen, and paging leads to the newest message', async (t) => {
  const { rows, open, marked, thread, key, settle, client, calls } = await unread(t, 1600, 100);
  await open();
  t.regex(rows().slice(0, 2).join('\n'), /─ new ─/);
  t.true(rows().some((row) => /text 101$/.test(row.trimEnd())));
  t.is(marked(), 100 + rows().filter((row) => /text \d/.test(row)).length);
  t.is(thread().below, 1600 - marked());
  t.is(thread().unread, 1600 - marked());
  t.true(calls('history').length <= 5);
  const [first, before] = [marked(), rows()];
  client.receive({ conversation: '@bob', text: 'the newest of all', to: 'alice' });
  await settle();
  t.deepEqual(rows(), before, 'news move nothing');
  t.is(thread().below, 1601 - first);
  for (let i = 0; i < 4; i++) await key('pgdn');
  for (let i = 0; i < 5; i++) await settle();
  t.true(marked() > first && marked() < 300);
  t.is(thread().below, 1601 - marked());
  await key('escape');
  for (let i = 0; i < 5; i++) await settle();
  t.is(marked(), 1601);
  t.is(thread().unread, 0);
  t.regex(rows().at(-1) ?? '', /the newest of all/);
});

test('if all unread messages fit the window, it opens at the newest one', async (t) => {
  const { rows, open, marked, thread } = await unread(t, 300, 295);
  await open();
  t.is(thread().anchor, null);
  t.regex(rows().at(-1) ?? '', /text 300/);
  t.is(marked(), 300);
});

test('if the first unread message is beyond what is fetched, a notice says so, and unseen messages stay unread', async (t) => {
  const { open, thread, notice, calls, key, settle } = await unread(t, 6000, 10);
  await open();
  t.regex(notice(), /more is unread further back/);
  t.not(thread().anchor, null);
  t.true(thread().messages.length < 4000);
  t.deepEqual(calls('markRead'), []);
  await key('ctrl+end');
  await settle();
  t.is(calls('markRead').at(-1)?.[1], 6000);
});

test('Esc before the first unread message was found shows the newest one', async (t) => {
  const { controller, store, key, thread } = await unread(t, 1600, 100);
  controller.open('@bob');
  t.true(chatOf(store.get()) !== null && thread().locatingUnread);
  await key('escape');
  await key('escape');
  t.false(thread().locatingUnread);
  t.is(thread().anchor, null);
});
