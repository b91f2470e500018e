import test from 'ava';
import type { ClientEvent } from '../../../src/client/types.ts';
import { draw } from '../../helpers/screen/frames.tsx';
import { file, message } from '../../helpers/screen/messages.ts';

test('the selected item of a pane has a bar, with and without colours', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 24 });
  enter();
  await after({ type: 'files', files: [file({ name: 'x.bin' })] }, { type: 'focused', focus: 'people' });
  t.true((await after({ type: 'moved', move: 'down' })).some((row) => /^▌● bob/.test(row)));
  t.true((await after({ type: 'focused', focus: 'files' })).some((row) => row.includes('▌▤ x.bin')));
});

test('the title of the focused pane has a sign', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 24 });
  enter();
  for (const [focus, title] of [
    ['people', 'People'],
    ['messages', '#lobby'],
    ['files', 'Files'],
  ] as const) {
    const [head = ''] = await after({ type: 'focused', focus });
    t.true(head.includes(`▸${title}`), head);
    t.is(head.split('▸').length, 2);
  }
});

test('a letter takes one frame, and so does a batch of client events', async (t) => {
  const { enter, after, frames, store } = draw(t);
  enter(['alice', 'bob', 'carol']);
  await after();
  const before = frames.length;
  await after({ type: 'typed', text: 'a' });
  t.true(frames.length - before <= 2);
  const between = frames.length;
  for (let seq = 1; seq <= 100; seq++) store.collect({ type: 'message', fresh: true, message: message({ seq }) });
  store.flush();
  await after();
  t.true(frames.length - between <= 2);
});

test('muted conversations and blocked people have a sign, without colours, too', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 20 });
  enter(['alice', 'bob', 'eve']);
  const row = (frame: string[], name: string) =>
    frame
      .slice(2)
      .find((line) => line.includes(` ${name} `))
      ?.split('│')[0];
  const unread = (name: '@bob' | '@eve'): ClientEvent => ({
    type: 'conversation',
    conversation: { name, head: 2, read: 0, unread: 2, at: 0 },
  });
  let frame = await after(
    { type: 'client-events', events: [unread('@bob'), unread('@eve')] },
    { type: 'muted', conversation: '@eve', on: true },
    { type: 'muted', conversation: '#lobby', on: true },
  );
  t.regex(row(frame, 'eve') ?? '', /● eve +⊖ 2 +$/);
  t.regex(frame[0] ?? '', /#lobby .* muted /);
  t.regex(frame.at(-1) ?? '', / 2 unread/);
  frame = await after({ type: 'blocked', name: 'bob', on: true }, { type: 'opened', conversation: '@bob' });
  t.regex(row(frame, 'bob') ?? '', /▸⊘ bob +│?$/);
  t.true(frame.findIndex((line) => line.includes('⊘ bob')) > frame.findIndex((line) => line.includes('eve')));
  t.regex(frame[0] ?? '', /@bob .* blocked: \.block bob takes it back/);
  t.true(frame.some((line) => line.includes('bob is blocked: .block bob again shows what was said')));
  t.notRegex(frame.at(-1) ?? '', /unread/);
});
