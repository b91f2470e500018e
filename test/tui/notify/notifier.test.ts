import test from 'ava';
import { Notifier } from '../../../src/tui/notify/notifier.ts';
import { nothingRemembered } from '../../../src/tui/state/event.ts';
import { defaultSettings, initialState, type Settings, unlockForm } from '../../../src/tui/state/state.ts';
import { TerminalModes } from '../../../src/tui/terminal/terminal-modes.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { message, noon } from '../../helpers/screen/messages.ts';

const me = { name: 'alice', fingerprint: '', daemon: { address: '', fingerprint: '' }, device: 1 };

function open(settings: Partial<Settings> = {}) {
  const clock = manualClock(noon);
  const store = new Store(initialState({ columns: 80, rows: 24 }, { ...defaultSettings, ...settings }, noon), clock);
  let out = '';
  const modes = new TerminalModes({ write: (text) => (out += text) });
  modes.enter();
  const notifier = new Notifier(store, modes, clock);
  store.dispatch({
    type: 'entered',
    opening: { me, link: { state: 'online' }, people: [], conversations: [], open: '#lobby', ...nothingRemembered },
  });
  const taken = () => {
    const text = out.replaceAll('\u001b', '<ESC>').replaceAll('\u0007', '<BEL>');
    out = '';
    return text;
  };
  taken();
  return { store, clock, notifier, taken, away: () => store.dispatch({ type: 'watched', watched: false }) };
}

test('visible messages cause no notification', (t) => {
  const { notifier, taken } = open();
  notifier.onMessage(message({ text: 'secret' }));
  t.is(taken(), '');
});

test('a message rings the bell and notifies the desktop, without its text', (t) => {
  const { notifier, taken, away } = open();
  away();
  notifier.onMessage(message({ text: 'secret' }));
  const told = taken();
  t.regex(told, /<BEL>/);
  t.regex(told, /<ESC>\]777;notify;SecureChat: bob #lobby;new message<ESC>/);
  t.notRegex(told, /secret/);
});

test('bell and desktop can each be turned off, and the text turned on', (t) => {
  const off = open({ bell: false, desktop: false });
  off.away();
  off.notifier.onMessage(message());
  t.is(off.taken(), '');
  const text = open({ bell: false, desktopText: true });
  text.away();
  text.notifier.onMessage(message({ text: 'hello; there\nyou' }));
  t.regex(text.taken(), /;hello {2}there<ESC>/);
});

test('a delayed message is notified with the time it was written', (t) => {
  const { notifier, taken, away } = open();
  away();
  notifier.onMessage(message({ sentAt: noon - 3 * 3_600_000 }));
  t.regex(taken(), /;SecureChat: bob #lobby \(written \d\d:00\);new message/);
});

test('a flood is notified once, then counted', (t) => {
  const { notifier, taken, away, clock } = open({ bell: false });
  away();
  for (let i = 0; i < 100; i++) notifier.onMessage(message());
  t.is(taken().match(/777/g)?.length, 1);
  clock.advance(5000);
  t.regex(taken(), /99 new messages/);
});

test('the title counts unread messages', (t) => {
  const { store, taken } = open();
  store.collect({ type: 'conversation', conversation: { name: '@bob', head: 3, read: 0, unread: 3, at: 0 } });
  store.flush();
  t.is(taken(), '<ESC>]2;(3) #lobby · SecureChat<BEL>');
});

test('terminal modes are reset once, and again after being set again', (t) => {
  let out = '';
  const modes = new TerminalModes({ write: (text) => (out += text) });
  modes.mouse(true);
  modes.enter();
  modes.enter();
  modes.leave();
  modes.leave();
  const set = (mode: string) => [out.split(`?${mode}h`).length - 1, out.split(`?${mode}l`).length - 1];
  for (const mode of ['2004', '1004', '1000', '1006']) t.deepEqual(set(mode), [1, 1], mode);
  const dead = new TerminalModes({
    write: () => {
      throw new Error('EIO');
    },
  });
  dead.enter();
  t.notThrows(() => dead.leave());
});

test('nothing is written to a terminal that was given back', (t) => {
  let out = '';
  const modes = new TerminalModes({ write: (text) => (out += text) });
  modes.enter();
  modes.leave();
  const given = out;
  modes.bell();
  modes.notify('SecureChat: bob', 'new message');
  modes.copy('text');
  modes.title('#lobby');
  modes.mouse(true);
  t.is(out, given);
  modes.enter();
  t.regex(out.slice(given.length), /1000h.*#lobby/);
});

test('a muted conversation notifies only of mentions, and a blocked person never', (t) => {
  const { store, notifier, taken, away } = open();
  away();
  store.dispatch({ type: 'muted', conversation: '#lobby', on: true });
  notifier.onMessage(message({ text: 'chatter' }));
  t.is(taken(), '');
  store.dispatch({ type: 'blocked', name: 'bob', on: true });
  notifier.onMessage(message({ text: '@alice!' }));
  notifier.onMessage(message({ text: 'psst', conversation: '@bob', to: 'alice' }));
  t.is(taken(), '');
  store.dispatch({ type: 'blocked', name: 'bob', on: false });
  notifier.onMessage(message({ text: '@alice!' }));
  t.regex(taken(), /<BEL>.*bob #lobby/);
});

test('the title leaves out muted conversations and blocked people', (t) => {
  const { store, taken } = open();
  const unread = (name: '@bob' | '@carol', count: number) =>
    store.collect({ type: 'conversation', conversation: { name, head: count, read: 0, unread: count, at: 0 } });
  store.dispatch({ type: 'muted', conversation: '@bob', on: true });
  unread('@bob', 3);
  unread('@carol', 1);
  store.flush();
  t.is(taken(), '<ESC>]2;(1) #lobby · SecureChat<BEL>');
  store.dispatch({ type: 'blocked', name: 'carol', on: true });
  t.is(taken(), '<ESC>]2;#lobby · SecureChat<BEL>');
  store.dispatch({ type: 'muted', conversation: '@bob', on: false });
  t.is(taken(), '<ESC>]2;(3) #lobby · SecureChat<BEL>');
});

test('a locked screen says in notification and title that something arrived, and nothing of whom', (t) => {
  const { store, notifier, taken } = open({ desktopText: true });
  store.dispatch({ type: 'lock', lock: unlockForm });
  t.regex(taken(), /<ESC>\]0;SecureChat<|<ESC>\]2;SecureChat</);
  notifier.onMessage(message({ text: 'secret' }));
  const told = taken();
  t.regex(told, /<BEL>/, 'also when the window has the focus');
  t.regex(told, /<ESC>\]777;notify;SecureChat;new message<ESC>/);
  t.notRegex(told, /secret|bob|lobby/);
  store.dispatch({ type: 'lock', lock: null });
  t.regex(taken(), /#lobby · SecureChat/);
});
