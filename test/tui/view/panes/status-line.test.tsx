import test from 'ava';
import { draw } from '../../../helpers/screen/frames.tsx';

test('a lost link and a notice are both shown', async (t) => {
  const reason = 'cannot connect to 127.0.0.1:65345: nothing listens there; check the address';
  for (const columns of [60, 80, 160]) {
    const { enter, after, store } = draw(t, { columns });
    enter();
    const retryAt = store.get().now + 22_000;
    const link = { state: 'waiting', retryAt, reason } as const;
    const alone = (await after({ type: 'client-events', events: [{ type: 'link', link }] })).at(-1) ?? '';
    t.true(alone.startsWith(' ○ offline, next try in 22 s'), alone);
    t.is(alone.includes(reason), columns >= 120, alone);
    const told = await after({ type: 'notice', notice: { text: 'Ctrl+C again leaves', tone: 'info' } });
    t.regex(told.at(-1) ?? '', /^ ○ offline, next try in 22 s .*Ctrl\+C again leaves/);
  }
});

test('hints are shortened from their end; at no width do all of them disappear', async (t) => {
  for (const columns of [60, 80, 100, 160]) {
    const { enter, after } = draw(t, { columns });
    enter();
    const conversation = { name: '@bob', head: 12, read: 0, unread: 12, at: 1 } as const;
    const row = (rows: string[]) => rows.at(-1) ?? '';
    const composer = row(await after({ type: 'client-events', events: [{ type: 'conversation', conversation }] }));
    t.regex(composer, /● online.* 12 unread +F1 help {2}Ctrl\+K go to/);
    const messages = row(await after({ type: 'focused', focus: 'messages' }));
    t.regex(messages, /12 unread +↑↓ choose {2}r reply/);
    t.is(messages.includes('Esc back'), columns >= 100, messages);
    t.is(messages.includes('encrypted'), columns >= 160, messages);
  }
});

test('a new device is told at every width and beside a lost link, until the person has looked; a notice covers it for a while', async (t) => {
  const phone = { device: 8, kind: 'device', name: 'phone of Zoë', address: '10.0.0.7', at: 1 } as const;
  for (const columns of [60, 80, 160]) {
    const { enter, after, store } = draw(t, { columns });
    enter();
    const row = (rows: string[]) => rows.at(-1) ?? '';
    const one = row(await after({ type: 'client-events', events: [{ type: 'new-device', ...phone }] }));
    const whole = '! new device: phone of Zoë, 10.0.0.7: .devices';
    t.regex(one, columns === 60 ? /^ ● online +! new device: .*\.devices$/ : new RegExp(`${whole}$`));
    t.regex(row(await after({ type: 'typed', text: 'a' })), /! new device: .*\.devices$/, 'a key does not end it');
    const told = row(await after({ type: 'notice', notice: { text: 'the link is up', tone: 'info' } }));
    t.regex(told, /the link is up$/);
    t.regex(row(await after({ type: 'typed', text: 'a' })), /! new device: .*\.devices$/);
    const link = { state: 'waiting', retryAt: store.get().now + 22_000, reason: 'no route' } as const;
    const offline = row(await after({ type: 'client-events', events: [{ type: 'link', link }] }));
    t.regex(offline, /^ ○ offline, next try in \d+ s +! new device: .*\.devices$/);
    const more = { type: 'new-device', ...phone, device: 9 } as const;
    t.regex(row(await after({ type: 'client-events', events: [more] })), /! 2 new devices: \.devices$/);
    const seen = { type: 'devices-seen', devices: [8, 9] } as const;
    t.notRegex(row(await after({ type: 'client-events', events: [seen] })), /device/);
  }
});
