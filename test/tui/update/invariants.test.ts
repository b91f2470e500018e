/** What holds after any events. */
import test from 'ava';
import * as fc from 'fast-check';
import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { layoutFor, lookOf } from '../../../src/tui/selectors/selectors.ts';
import { textOf } from '../../../src/tui/state/editor.ts';
import { type Event, moveNames } from '../../../src/tui/state/event.ts';
import { drawn, width, wrap } from '../../../src/tui/width/measure.ts';
import { move, open, type } from '../../helpers/screen/events.ts';
import { message, person } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

const anything: fc.Arbitrary<Event> = fc.oneof(
  fc.constantFrom(...moveNames).map(move),
  fc.string({ unit: 'binary', maxLength: 8 }).map(type),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text): Event => ({ type: 'pasted', text })),
  fc.constantFrom('#lobby' as const, '@bob' as const, '@carol' as const).map(open),
  fc.boolean().map((on): Event => ({ type: 'blocked', name: 'bob', on })),
  fc
    .record({ columns: fc.integer({ min: 1, max: 250 }), rows: fc.integer({ min: 1, max: 80 }) })
    .map((size): Event => ({ type: 'resized', ...size })),
  fc.integer({ min: 1, max: 60 }).map(
    (seq): Event => ({
      type: 'client-events',
      events: [{ type: 'message', message: message({ seq, id: `p${seq}` }), fresh: true }],
    }),
  ),
  fc
    .constantFrom('delete-left', 'left', 'word-left', 'delete-word', 'line-start', 'new-line')
    .map((edit): Event => ({ type: 'edited', edit: edit as 'left' })),
);

test('property: a paste stays in the line byte for byte, even if it is not printable', (t) => {
  const pasted = (text: string) => textOf(new ScreenState().do({ type: 'pasted', text }).thread.draft);
  // The C1 controls NEL, CSI and APC.
  t.is(pasted('a\u0085b\u009b31mc\u009fd'), 'a\u0085b\u009b31mc\u009fd');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      t.is(pasted(text), text.toWellFormed().replace(/\r\n?/g, '\n'));
    }),
    { numRuns: 200 },
  );
});

test('property: after any events the window fits and no row is wider than its pane', (t) => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 40 }), (events) => {
      const screen = new ScreenState({ people: [person('alice'), person('bob')] }).history(30);
      for (const event of events) {
        screen.do(event);
        const { look, height } = lookOf(screen.state);
        const { rows } = viewOf(screen.thread, look, height);
        t.true(rows.length <= height);
        // Whatever the line contains and wherever the cursor splits it, nothing drawn moves the terminal's cursor.
        const { before, after } = screen.thread.draft;
        for (const text of [before + after, before, after]) {
          for (const { start, end } of wrap(text, look.columns)) t.notRegex(drawn(text.slice(start, end)), /\p{Cc}/u);
        }
        if (layoutFor(screen.state).tooSmall) continue;
        for (const { row } of rows) t.true(width(row.spans.map(({ text }) => text).join('')) <= look.columns);
      }
    }),
    { numRuns: 60 },
  );
});
