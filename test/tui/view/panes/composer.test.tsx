import test from 'ava';
import type { Event } from '../../../../src/tui/state/event.ts';
import { clockTime } from '../../../../src/tui/text/format.ts';
import { draw } from '../../../helpers/screen/frames.tsx';
import { message } from '../../../helpers/screen/messages.ts';

test('the prompt of an edit or answer stands before the line, whatever the line contains', async (t) => {
  const { enter, after } = draw(t);
  enter();
  const said = message({ seq: 1, from: 'alice', text: 'frist' });
  await after({ type: 'history', conversation: '#lobby', messages: [said], gaps: [], more: false });
  const line = async (what: 'edit' | 'reply') =>
    (await after({ type: 'about', about: { do: what, message: said } }, { type: 'typed', text: '!' })).at(-2) ?? '';
  t.regex(await line('edit'), /^ edit › frist!/);
  t.regex(await line('reply'), /^ reply alice \d\d:\d\d frist › !/);
});

test('the prompt of an answer or edit names the message, as far as there is room', async (t) => {
  const { after, enter } = draw(t, { columns: 60, rows: 15 });
  enter();
  const about = (what: 'reply' | 'edit', from: string): Event => ({
    type: 'about',
    about: { do: what, message: message({ from, text: 'the old text' }) },
  });
  const shows = (rows: string[], line: string) => rows.some((row) => row.startsWith(line));
  // None of these is the newest message: the prompt says which one it is, as far as there is room.
  const at = clockTime(message().at);
  t.true(shows(await after(about('reply', 'bob')), ` reply bob ${at} the old t… › to: the old text · Esc leav…`));
  t.true(shows(await after({ type: 'typed', text: 'yes' }), ` reply bob ${at} the old t… › yes`));
  t.true(shows(await after(about('edit', 'alice')), ` edit ${at} the old text › the old text`));
  t.true(shows(await after({ type: 'about', about: null }), ' #lobby › yes'));
  t.true(shows(await after(about('reply', '漢'.repeat(20))), ` reply 漢漢漢漢漢漢… ${at} › yes`));
});
