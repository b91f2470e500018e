import test from 'ava';
import * as fc from 'fast-check';
import { textOf } from '../../../src/tui/state/editor.ts';
import { type Event, moveNames } from '../../../src/tui/state/event.ts';
import { askedOf, focusScopesOf } from '../../../src/tui/state/focus.ts';
import { unlockForm } from '../../../src/tui/state/state.ts';
import { move, type } from '../../helpers/screen/events.ts';
import { message } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

const cover: Event = { type: 'lock', lock: unlockForm };
const typedIn = ({ state }: ScreenState) => textOf(state.lock?.field ?? { before: 'no form', after: '' });

test('what is typed and pasted goes into the form, byte for byte, without the final line end', (t) => {
  const screen = new ScreenState().do(type('half a line'), cover, type('corr\u00e9ct '), {
    type: 'pasted',
    text: 'h\u200borse\r',
  });
  t.is(typedIn(screen), 'corr\u00e9ct h\u200borse');
  t.is(screen.draft, 'half a line|');
  screen.do({ type: 'edited', edit: 'delete-word' });
  t.is(typedIn(screen), 'corr\u00e9ct ');
  t.is(screen.chat.killed, null, 'Ctrl+Y cannot bring it into a message');
  screen.do({ type: 'lock', lock: null }, { type: 'yanked' });
  t.is(screen.draft, 'half a line|');
});

test('while the passphrase is checked, nothing is typed anywhere', (t) => {
  const screen = new ScreenState().do(cover, { type: 'lock', lock: { ...unlockForm, busy: true } }, type('secret'));
  t.is(typedIn(screen), '');
  t.is(screen.draft, '|');
});

test('a key clears the error, and a paste has a limit', (t) => {
  const screen = new ScreenState().do({ type: 'lock', lock: { ...unlockForm, error: 'wrong' } }, type('a'));
  t.is(screen.state.lock?.error, null);
  screen.do({ type: 'pasted', text: 'x'.repeat(100_000) });
  t.is(typedIn(screen), 'a');
});

test('messages arrive behind the form, below the line "new", and questions wait there without an answer', (t) => {
  const screen = new ScreenState()
    .history(3)
    .do(cover)
    .arrive(message({ seq: 4, id: 'm4', text: 'psst' }));
  t.is(screen.thread.messages.length, 4);
  t.is(screen.thread.newAfter, 3);
  screen.do({ type: 'asked', question: { ask: 'quit' } });
  t.is(askedOf(screen.state), null);
  t.deepEqual(focusScopesOf(screen.state), ['field', 'lock']);
  screen.do({ type: 'lock', lock: null });
  t.not(askedOf(screen.state), null);
});

test('property: no key changes anything but the form', (t) => {
  const keys: fc.Arbitrary<Event> = fc.oneof(
    fc.constantFrom(...moveNames).map(move),
    fc.string({ unit: 'binary', maxLength: 8 }).map(type),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text): Event => ({ type: 'pasted', text })),
    fc
      .constantFrom('delete-left', 'word-left', 'delete-word', 'new-line')
      .map((edit): Event => ({ type: 'edited', edit })),
    fc.record({ x: fc.nat(100), y: fc.nat(24) }).map((at): Event => ({ type: 'mouse', action: 'press', ...at })),
    fc.constant<Event>({ type: 'yanked' }),
  );
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 20 }), (events) => {
      const screen = new ScreenState().history(5).do(type('a draft'), cover);
      const { lock: _, ...before } = screen.state;
      const { lock: __, ...after } = screen.do(...events).state;
      t.deepEqual(after, before);
    }),
    { numRuns: 60 },
  );
});
