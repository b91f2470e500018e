/** What is sent is the original text, never the output of the display filter. */
import test from 'ava';
import { printable } from '../../../src/protocol/base/safe-text.ts';
import { emptyEditor, textOf } from '../../../src/tui/state/editor.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { fieldOf } from '../../../src/tui/state/focus.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import { cleanEvent, cleanMessage, exactName, exactText } from '../../../src/tui/text/clean.ts';
import { update } from '../../../src/tui/update/update.ts';
import { drawn, width, wrap } from '../../../src/tui/width/measure.ts';
import { draw } from '../../helpers/screen/frames.tsx';
import { file, message, noon } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

const texts = [
  'a\tb',
  'km\u200bkm',
  '50\u00a0EUR',
  '50\u202f\u20ac',
  '\u101c\u103b\u103e\u102d\u102f\u1037\u101d\u103e\u1000\u103a',
  '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
  'e\u0301',
  `z${'\u0325'.repeat(20)}`,
  '\u05d0\u200f!',
  'a\u001b[31mb\u0000\ufeff',
];

/** The text in the composer. */
const lineAfter = (event: Event) => textOf(new ScreenState().do(event).thread.draft);

test('typed or pasted text stays in the line byte for byte', (t) => {
  for (const text of texts) {
    t.is(lineAfter({ type: 'pasted', text }), text);
    const keys = text.replace(/\p{Cc}/gu, '');
    t.is(lineAfter({ type: 'typed', text }), keys);
  }
  const pasted = lineAfter({ type: 'pasted', text: 'one\r\ntwo\rthree' });
  t.is(pasted, 'one\ntwo\nthree', 'a terminal sends CR for a line end');
});

test('a pasted password keeps all but its final line end; a name does not', (t) => {
  const pasted = (active: 'name' | 'password', text: string) => {
    const login = update(initialState({ columns: 80, rows: 24 }, defaultSettings, noon), {
      type: 'login',
      change: { step: 'account', active },
      at: noon,
    });
    return textOf(fieldOf(update(login, { type: 'pasted', text, at: noon })) ?? emptyEditor);
  };
  t.is(pasted('password', 'some\u200b\tpass\r\n'), 'some\u200b\tpass');
  t.is(pasted('name', 'bo\u0000b\r\n'), 'bo\ufffdb');
});

test('an edit begins with the original text, not with the shown one', (t) => {
  for (const text of texts) {
    const said = cleanMessage(message({ from: 'alice', text }));
    t.is(said.body.kind === 'text' && said.body.text, printable(text, { lines: true }));
    t.is(lineAfter({ type: 'about', about: { do: 'edit', message: said } }), text);
    // Cleaning it again on the way to the state keeps it.
    const event = cleanEvent({ type: 'message', message: said, fresh: false });
    t.is(event.type === 'message' && event.message.body.kind !== 'file' && exactText(event.message.body), text);
  }
  const event = cleanMessage(message({ body: { kind: 'file', file: file({ name: 'new\nline.txt' }) } }));
  t.is(event.body.kind === 'file' && exactName(event.body.file), 'new\nline.txt');
});

test('the line shows such text in its columns, with the cursor after it', async (t) => {
  for (const text of texts) {
    const { enter, after } = draw(t, { columns: 60, rows: 15 });
    enter();
    const row = (await after({ type: 'pasted', text })).find((one) => one.startsWith(' #lobby ›')) ?? '';
    t.true(row.startsWith(` #lobby › ${drawn(text).trimEnd()}`), JSON.stringify([text, row]));
    t.notRegex(row, /[\p{Cc}\u200b\u200e\u200f\ufeff]/u);
  }
});

test('printable text is drawn as it is, and wrapped lines fit what is drawn', (t) => {
  for (const text of ['hello', '日本語', '👨‍👩‍👧 e', 'می\u200cخواهم', 'Nguyễn']) t.is(drawn(text), text);
  const long = texts.join('\t').repeat(5);
  for (const { start, end } of wrap(long, 20)) t.true(width(drawn(long.slice(start, end)).trimEnd()) <= 20);
});
