import test from 'ava';
import type { ClientEvent } from '../../../../src/client/types.ts';
import { width } from '../../../../src/tui/width/measure.ts';
import { draw } from '../../../helpers/screen/frames.tsx';
import { person } from '../../../helpers/screen/messages.ts';

test('presence is shown only while there is a link', async (t) => {
  const { after, enter } = draw(t, { columns: 80, rows: 24 });
  enter();
  t.regex((await after())[0] ?? '', /#lobby {2}2 online/);
  const lost = { state: 'waiting', retryAt: 0, reason: 'cut' } as const;
  t.notRegex((await after({ type: 'client-events', events: [{ type: 'link', link: lost }] }))[0] ?? '', /online/);
  t.notRegex((await after({ type: 'opened', conversation: '@bob' }))[0] ?? '', /online|offline/);
});

test('typing and away are shown in words and signs, and a changed key before both', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 30 });
  enter(['alice', 'bob', 'carol']);
  const row = (rows: string[], name: string) => rows.find((one) => one.includes(name))?.split('│')[0] ?? '';
  const typing: ClientEvent = { type: 'typing', name: 'bob' };
  const elsewhere = await after({ type: 'client-events', events: [typing] });
  t.regex(row(elsewhere, '● bob'), /● bob +… +$/);
  t.notRegex(elsewhere[0] ?? '', /writing/, 'another conversation is open');
  const open = await after({ type: 'opened', conversation: '@bob' });
  t.regex(open[0] ?? '', /@bob {2}bob is writing… +not verified/);
  const unread = { name: '@bob', head: 2, read: 0, unread: 2, at: 1 } as const;
  const counted = await after(
    { type: 'opened', conversation: '#lobby' },
    { type: 'client-events', events: [{ type: 'conversation', conversation: unread }] },
  );
  t.regex(row(counted, '● bob'), /● bob +2 +$/);
  const away = await after(
    { type: 'opened', conversation: '@carol' },
    { type: 'client-events', events: [{ type: 'people', people: [person('carol', { away: true })] }] },
  );
  t.regex(row(away, '◐ carol'), /▸◐ carol/);
  t.regex(away[0] ?? '', /@carol {2}away +not verified/);
  t.notRegex(away.at(-1) ?? '', /away/);
  t.regex((await after({ type: 'away', away: true })).at(-1) ?? '', /● online {2}◐ away {2}end-to-end encrypted/);
  const changed = await after(
    { type: 'opened', conversation: '@bob' },
    { type: 'client-events', events: [{ type: 'people', people: [person('bob', { changedTo: 'cc' })] }, typing] },
  );
  t.regex(changed[0] ?? '', /@bob {2}online +! the key changed/);
});

test('a long name that is typing leaves the state of its key in place', async (t) => {
  const { after, enter } = draw(t, { columns: 72, rows: 15 });
  const long = 'a-name-of-thirty-two-characters-x';
  enter(['alice', long]);
  const rows = await after(
    { type: 'opened', conversation: `@${long}` },
    { type: 'settings', settings: {} },
    { type: 'client-events', events: [{ type: 'typing', name: long }] },
  );
  t.true(width(rows[0] ?? '') <= 72);
  t.notRegex(rows[0] ?? '', /is writing/);
});
