/** The cursor stands where the next letter is inserted, in every field. */
import test from 'ava';
import type { Event } from '../../../src/tui/state/event.ts';
import { emptyLogin } from '../../../src/tui/state/login-form.ts';
import type { Overlay } from '../../../src/tui/state/state.ts';
import { cursorOf } from '../../../src/tui/view/cursor.tsx';
import { draw, sizes } from '../../helpers/screen/frames.tsx';
import { message } from '../../helpers/screen/messages.ts';

const empty = { before: '', after: '' };
const overlays: Overlay[] = [
  { kind: 'switcher', query: empty, selected: 0 },
  { kind: 'search', query: empty, selected: 0 },
  { kind: 'picker', folder: '/tmp', entries: [], note: 'a note', query: empty, selected: 0 },
  ...([0, 1, 2] as const).map(
    (active): Overlay => ({
      kind: 'secrets',
      form: 'passwd',
      fields: [empty, empty, empty],
      active,
      error: null,
      busy: false,
    }),
  ),
];

for (const size of sizes) {
  test(`the cursor follows the text in every form, dialog and line at ${size.columns}x${size.rows}`, async (t) => {
    const { after, enter, store } = draw(t, size);
    /** Types into the field and checks that the cursor is after the letters. */
    const typed = async (what: string, mask?: string) => {
      const rows = await after({ type: 'typed', text: 'qzq' });
      const at = cursorOf(store.get());
      if (at === null) return t.fail(`${what}: no cursor`);
      const row = Array.from(rows[at.y] ?? '');
      t.is(row.slice(at.x - 3, at.x).join(''), mask ?? 'qzq', `${what}\n${rows.join('\n')}`);
    };
    const form = { ...emptyLogin(''), making: true };
    await after({ type: 'login', change: form });
    await typed('server');
    for (const active of ['name', 'password', 'repeat', 'invite'] as const) {
      const shown = { ...emptyLogin('a:1'), making: true, step: 'account' as const, active };
      await after({ type: 'login', change: shown });
      await typed(active, active === 'password' || active === 'repeat' ? '•••' : undefined);
    }
    await after({ type: 'moved', move: 'help' });
    t.is(cursorOf(store.get()), null, 'what is covered has no cursor');
    await after({ type: 'overlay', overlay: null }, { type: 'login', change: { busy: 'keys' } });
    t.is(cursorOf(store.get()), null, 'nothing is typed into while keys are made');
    enter();
    await typed('composer');
    for (const overlay of overlays) {
      await after({ type: 'overlay', overlay });
      await typed(overlay.kind, overlay.kind === 'secrets' ? '•••' : undefined);
    }
    await after({ type: 'overlay', overlay: null });
    const said = message({ text: 'said' });
    const events: Event[] = [{ type: 'about', about: { do: 'reply', message: said } }];
    await after(...events);
    await typed('reply');
    await after({ type: 'focused', focus: 'messages' });
    t.is(cursorOf(store.get()), null);
  });
}
