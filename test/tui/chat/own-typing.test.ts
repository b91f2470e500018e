/** Typing and away, as the screen sends and receives them; without a terminal. */
import test from 'ava';
import type { ClientEvent } from '../../../src/client/types.ts';
import { peopleOf } from '../../../src/tui/selectors/selectors.ts';
import { clientEvents } from '../../helpers/screen/events.ts';
import { message, person } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

const writes = (name: string): ClientEvent => ({ type: 'typing', name });
const from = (name: string, parts: Parameters<typeof message>[0] = {}): ClientEvent => ({
  type: 'message',
  fresh: true,
  message: message({ from: name, to: 'alice', conversation: `@${name}`, ...parts }),
});
const typing = (screen: ScreenState) => [...screen.chat.typing.keys()];

test('a person is shown as typing for six seconds after the last event', (t) => {
  const screen = new ScreenState().do(clientEvents(writes('bob')));
  t.deepEqual(typing(screen), ['bob']);
  screen.now += 3000;
  screen.do(clientEvents(writes('bob')));
  screen.now += 5999;
  t.deepEqual(typing(screen.do({ type: 'tick' })), ['bob']);
  screen.now += 1;
  t.deepEqual(typing(screen.do({ type: 'tick' })), []);
});

test('typing ends with a message of that person, when they leave, and with the link', (t) => {
  const screen = new ScreenState({ people: [person('alice'), person('bob'), person('carol')] });
  screen.do(clientEvents(writes('bob'), writes('carol')));
  screen.do(clientEvents(from('bob', { conversation: '#lobby' }), from('bob', { from: 'alice' })));
  t.deepEqual(typing(screen), ['bob', 'carol'], 'not with what is said elsewhere, or by me');
  screen.do(clientEvents(from('bob')));
  t.deepEqual(typing(screen), ['carol']);
  screen.do(clientEvents(writes('bob'), from('bob', { seq: 2 })));
  t.deepEqual(typing(screen), ['carol'], 'the sign came before the message');
  screen.do(clientEvents(from('bob', { seq: 3 }), writes('bob')));
  t.deepEqual(typing(screen), ['carol', 'bob'], 'they go on after it');
  screen.do(clientEvents({ type: 'people', people: [person('carol', { online: false })] }));
  t.deepEqual(typing(screen), ['bob']);
  screen.do(clientEvents({ type: 'link', link: { state: 'connecting' } }));
  t.deepEqual(typing(screen), []);
});

test('attack: typing events for nobody, for oneself and for names that are words of JavaScript', (t) => {
  const screen = new ScreenState();
  screen.do(clientEvents(...['alice', 'carol', 'nobody', 'constructor', '__proto__'].map(writes)));
  t.deepEqual(typing(screen), []);
  t.false(peopleOf(screen.chat).some((item) => item.typing));
});

test('the list shows who is typing and who is away', (t) => {
  const screen = new ScreenState({ people: [person('bob'), person('carol', { away: true })] });
  const list = () =>
    peopleOf(screen.chat).flatMap(({ name, away, typing: is }) =>
      is ? [`${name} writes`] : away ? [`${name} away`] : [],
    );
  t.deepEqual(list(), ['@carol away']);
  screen.do(clientEvents(writes('bob')));
  t.deepEqual(list(), ['@bob writes', '@carol away']);
  screen.do(clientEvents({ type: 'people', people: [person('carol')] }, from('bob')));
  t.deepEqual(list(), []);
});

test('with typing turned off nobody is shown as typing from that moment on', (t) => {
  const screen = new ScreenState().do(clientEvents(writes('bob')), { type: 'settings', settings: { typing: false } });
  t.deepEqual(typing(screen), []);
  t.deepEqual(typing(screen.do(clientEvents(writes('bob')))), []);
  screen.do({ type: 'settings', settings: { typing: true } }, clientEvents(writes('bob')));
  t.deepEqual(typing(screen), ['bob']);
});

test('letters for one person are sent as typing to that person; commands, other lines and an empty line are not', async (t) => {
  const { store, controller, calls, key, clock } = await openChat(t);
  const type = (text: string) => store.dispatch({ type: 'typed', text });
  type('to everybody');
  t.deepEqual(calls('typing'), [], 'not in a room');
  clock.advance(5000);
  controller.open('@bob');
  await key('left', 'delete', 'end');
  t.deepEqual(calls('typing'), [], 'there is nothing in the line');
  for (const line of ['.help', '/help', '..dots', '@carol psst', '@', '   ']) {
    for (const letter of line) type(letter);
    await key('ctrl+u');
    t.deepEqual(calls('typing'), [], line);
  }
  type('h');
  t.deepEqual(calls('typing'), [['@bob']]);
  type('i');
  await key('backspace');
  t.deepEqual(calls('typing').length, 3);
  await key('backspace');
  t.deepEqual(calls('typing').length, 3, 'the line is empty again');
});

test('letters for another conversation, a stored draft and a recalled line are not sent as typing', async (t) => {
  const { store, controller, calls, key, clock, say, settle } = await openChat(t);
  controller.open('@bob');
  await say('sent already');
  store.dispatch({ type: 'typed', text: 'a draft' });
  const before = calls('typing').length;
  controller.open('#lobby');
  clock.advance(5000);
  controller.open('@bob');
  await settle();
  t.is(calls('typing').length, before);
  await key('ctrl+u');
  await key('up');
  t.is(calls('typing').length, before, 'recalled, not written');
  controller.open('#lobby');
  store.dispatch({ type: 'typed', text: 'meant for all' });
  clock.advance(300);
  controller.open('@carol');
  store.dispatch({ type: 'typed', text: 'and more' });
  t.is(calls('typing').length, before);
});

test('with .typing off no typing is sent', async (t) => {
  const { store, controller, calls, say, notice, key } = await openChat(t);
  await say('.typing');
  t.is(notice(), 'usage: .typing on|off');
  await key('ctrl+u');
  await say('.typing off');
  t.is(notice(), 'typing notices off');
  controller.open('@bob');
  store.dispatch({ type: 'typed', text: 'quietly' });
  t.deepEqual(calls('typing'), []);
});

test('typing disappears by itself', async (t) => {
  const { client, clock, chat, settle } = await openChat(t);
  client.emit(writes('bob'));
  await settle();
  t.true(chat().typing.has('bob'));
  clock.advance(3000);
  client.emit(writes('bob'));
  await settle();
  clock.advance(5000);
  t.true(chat().typing.has('bob'));
  clock.advance(1000);
  t.false(chat().typing.has('bob'));
});

test('.away sets away, a second one ends it, and so does sending a message', async (t) => {
  const { calls, chat, client, key, say, notice } = await openChat(t);
  await say('.away');
  t.true(chat().away);
  t.regex(notice(), /^you are away/);
  await say('.away');
  t.false(chat().away);
  t.is(notice(), 'you are no longer away');
  await say('.away on');
  await say('.away nonsense');
  t.is(notice(), 'usage: .away [on|off]');
  await key('ctrl+u');
  t.true(chat().away);
  await say('hello');
  t.false(chat().away);
  t.is(notice(), 'you are no longer away');
  await say('.away on');
  await say('@bob psst');
  t.is(notice(), 'you are no longer away');
  t.deepEqual(
    calls('away').map(([on]) => on),
    [true, false, true, false, true, false],
  );
  await say('.away on');
  await say('.file /tmp/x.bin');
  t.deepEqual(calls('away').slice(-2), [[true], [false]], 'a file is something written, too');
  client.failures.set('away', new Error('too many changes of away in a short time; try again later'));
  await say('.away on');
  t.false(chat().away);
  t.regex(notice(), /^too many changes/);
});

test('.users shows who is away', async (t) => {
  const { say, store } = await openChat(t, (client) => {
    client.everybody = [person('alice'), person('bob', { away: true }), person('carol', { online: false })];
  });
  await say('.users');
  const { overlay } = store.get();
  t.deepEqual(overlay?.kind === 'page' && overlay.lines.map((line) => line.replace(/ +/g, ' ').trim()), [
    '◐ bob away',
    '○ carol offline',
  ]);
});
