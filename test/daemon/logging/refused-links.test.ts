import test from 'ava';
import { RefusedLinks } from '../../../src/daemon/logging/refused-links.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

function open() {
  const clock = manualClock();
  const lines: { [field: string]: unknown }[] = [];
  const log = { warn: (fields: object) => lines.push({ ...fields }) };
  return { clock, lines, refused: new RefusedLinks({ clock, log: log as never }) };
}

test('one line a minute says how many links were refused, why, from how many addresses and mostly from where', (t) => {
  const { clock, lines, refused } = open();
  for (let i = 0; i < 5; i += 1) refused.count('rate', '192.0.2.1');
  for (let i = 0; i < 2; i += 1) refused.count('handshake', '198.51.100.7');
  t.deepEqual(lines, []);
  clock.advance(60_000);
  const line = { evt: 'links_refused', count: 7, reasons: ['rate: 5', 'handshake: 2'], addresses: 2 };
  t.deepEqual(lines, [{ ...line, address: '192.0.2.1' }]);
  clock.advance(600_000);
  t.is(lines.length, 1, 'no line when there is nothing to tell');
  refused.count('limit', '');
  clock.advance(60_000);
  t.like(lines[1], { count: 1, reasons: ['limit: 1'] });
});

test('the end logs what is left; any number of addresses takes bounded memory', (t) => {
  const { lines, refused } = open();
  for (let i = 0; i < 100_000; i += 1) refused.count('evicted', `address ${i}`);
  refused.write();
  t.like(lines[0], { count: 100_000, addresses: 4_096 });
  refused.write();
  t.is(lines.length, 1);
});
