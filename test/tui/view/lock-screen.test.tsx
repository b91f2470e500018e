import test from 'ava';
import { unlockForm } from '../../../src/tui/state/state.ts';
import { cursorOf } from '../../../src/tui/view/cursor.tsx';
import { draw, sizes } from '../../helpers/screen/frames.tsx';
import { message } from '../../helpers/screen/messages.ts';

const arrived = {
  type: 'client-events',
  events: [{ type: 'message', message: message({ seq: 1, id: 'm1', from: 'bob', text: 'a secret' }), fresh: true }],
} as const;

for (const size of sizes)
  test(`a covered screen shows no name and no message at ${size.columns}x${size.rows}`, async (t) => {
    const { store, enter, after } = draw(t, size);
    enter(['alice', 'bob']);
    t.regex((await after(arrived)).join('\n'), /bob[\s\S]*a secret/);
    const frame = await after(
      { type: 'notice', notice: { text: 'sent to bob alone', tone: 'info' } },
      { type: 'lock', lock: unlockForm },
      { type: 'overlay', overlay: { kind: 'page', title: 'Keys', lines: ['bob abab'], top: 0 } },
      { type: 'typed', text: 'correct' },
    );
    const text = frame.join('\n');
    t.notRegex(text, /alice|bob|lobby|secret|correct/);
    t.regex(text, /SecureChat[\s\S]*locked[\s\S]*▸ Passphrase {2}•{7}[\s\S]*Ctrl\+C leaves/);
    t.true(frame.every((row) => Array.from(row).length <= size.columns));
    const at = cursorOf(store.get()) ?? t.fail() ?? { x: 0, y: 0 };
    t.is(frame[at.y]?.slice(0, at.x).trimEnd().at(-1), '•', 'the cursor stands in the field');
  });

test('the form says that a passphrase was wrong, or is checked, and goes when the screen opens', async (t) => {
  const { enter, after, store } = draw(t);
  enter();
  const wrong = { ...unlockForm, error: 'the passphrase of the profile is wrong' };
  t.regex((await after({ type: 'lock', lock: wrong })).join('\n'), /✗ the passphrase of the profile is wrong/);
  t.regex((await after({ type: 'lock', lock: { ...unlockForm, busy: true } })).join('\n'), /◌ checking the passphrase/);
  t.is(cursorOf(store.get()), null);
  t.regex((await after({ type: 'lock', lock: null })).join('\n'), /write to #lobby/);
});

test('leaving a covered screen draws nothing of the chat', async (t) => {
  const { enter, after, frames } = draw(t);
  enter();
  await after(arrived, { type: 'lock', lock: unlockForm });
  const before = frames.length;
  await after({ type: 'left' });
  t.notRegex(frames.slice(before).join('\n'), /bob|secret|lobby/);
});
