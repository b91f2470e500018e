/** What holds whatever happens. */
import test from 'ava';
import * as fc from 'fast-check';
import { type Event, moveNames } from '../../../src/tui/event.ts';
import { width } from '../../../src/tui/measure.ts';
import { layoutFor, lookOf } from '../../../src/tui/select.ts';
import { viewOf } from '../../../src/tui/viewport.ts';
import { move, open, type } from '../helpers/events.ts';
import { message, person } from '../helpers/messages.ts';
import { Play } from '../helpers/screen-state.ts';

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
      type: 'news',
      news: [{ type: 'message', message: message({ seq, id: `p${seq}` }), fresh: true }],
    }),
  ),
  fc
    .constantFrom('delete-left', 'left', 'word-left', 'delete-word', 'line-start', 'new-line')
    .map((edit): Event => ({ type: 'edited', edit: edit as 'left' })),
);

test('property: whatever happens, the window fits and no row is wider than its pane', (t) => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 40 }), (events) => {
      const play = new Play({ people: [person('alice'), person('bob')] }).history(30);
      for (const event of events) {
        play.do(event);
        const { look, height } = lookOf(play.state);
        const { rows } = viewOf(play.thread, look, height);
        t.true(rows.length <= height);
        t.notRegex(play.draft, /[^\P{Cc}\n]/u);
        if (layoutFor(play.state).tooSmall) continue;
        for (const { row } of rows) t.true(width(row.spans.map(({ text }) => text).join('')) <= look.columns);
      }
    }),
    { numRuns: 60 },
  );
});
