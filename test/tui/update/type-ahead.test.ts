/** What is typed before there is a field for it. */
import test from 'ava';
import { textOf } from '../../../src/tui/state/editor.ts';
import { type Event, nothingRemembered } from '../../../src/tui/state/event.ts';
import { focusScopesOf, openThread } from '../../../src/tui/state/focus.ts';
import { actionFor } from '../../../src/tui/state/keys.ts';
import type { Login } from '../../../src/tui/state/login-form.ts';
import { defaultSettings, initialState, type State } from '../../../src/tui/state/state.ts';
import { update } from '../../../src/tui/update/update.ts';
import { type } from '../../helpers/screen/events.ts';
import { noon } from '../../helpers/screen/messages.ts';

function open(login: Partial<Login> = {}, drawn = true) {
  let state: State = { ...initialState({ columns: 80, rows: 24 }, defaultSettings, noon), drawn };
  const happen = (...events: Event[]) => {
    for (const event of events) state = update(state, { ...event, at: noon });
  };
  /** Presses keys that the key table maps to an edit. */
  const press = (...keys: string[]) => {
    for (const key of keys) {
      const action = actionFor(key, focusScopesOf(state));
      if (action !== null) happen({ type: 'edited', edit: action as 'new-line' });
    }
  };
  happen({ type: 'login', change: login });
  return {
    happen,
    press,
    get state() {
      return state;
    },
    get login(): Login {
      if (state.screen.name !== 'login') throw new Error('not the form');
      return state.screen.login;
    },
    get line() {
      if (state.screen.name !== 'chat') throw new Error('not the chat');
      return textOf(openThread(state.screen.chat).draft);
    },
  };
}

const entered = (drafts: Record<string, string> = {}): Event => ({
  type: 'entered',
  opening: {
    me: { name: 'alice', fingerprint: 'ab', daemon: { address: 'a:1', fingerprint: 'cd' }, device: 1 },
    link: { state: 'online' },
    people: [],
    conversations: [],
    open: '#lobby',
    ...nothingRemembered,
    drafts,
  },
});

test('text typed during a login waits in the composer, complete and in order, and Enter sends nothing', (t) => {
  const screen = open({ step: 'account', busy: 'keys' });
  screen.happen(type('hello '), type('worlf'));
  screen.press('backspace');
  screen.happen(type('d'));
  screen.press('enter');
  screen.happen(type('second'), { type: 'pasted', text: ' pasted\nline' });
  screen.press('enter');
  screen.happen({ type: 'progress', step: 'sync' }, type('! '));
  screen.press('enter');
  screen.happen(entered({ '#lobby': 'a draft: ' }));
  t.is(screen.line, 'a draft: hello world\nsecond pasted\nline\n! ');
  if (screen.state.screen.name !== 'chat') return t.fail();
  t.true(openThread(screen.state.screen.chat).hasty, 'an Enter that comes late asks first');
  screen.happen({ type: 'tick' });
  t.is(screen.line, 'a draft: hello world\nsecond pasted\nline\n! ', 'once');
});

test('after the early text is deleted, sending new text does not ask', (t) => {
  const screen = open({ step: 'account', busy: 'keys' });
  screen.happen(type('hello'));
  screen.happen(entered({}));
  const hasty = () => screen.state.screen.name === 'chat' && openThread(screen.state.screen.chat).hasty;
  t.true(hasty());
  for (let left = 'hello'.length; left > 0; left -= 1) screen.press('backspace');
  screen.happen(type('anew'));
  t.is(screen.line, 'anew');
  t.false(hasty());
});

test('text typed before the first frame goes into the field that is shown, and no key acts before it', (t) => {
  const screen = open({}, false);
  screen.happen(type('chat.example:1'));
  t.is(actionFor('enter', focusScopesOf(screen.state)), 'new-line');
  for (const key of ['ctrl+s', 'tab', 'escape', 'ctrl+t']) t.is(actionFor(key, focusScopesOf(screen.state)), null, key);
  screen.press('ctrl+j');
  t.is(textOf(screen.login.fields.server), '');
  screen.happen({ type: 'drawn' });
  t.is(textOf(screen.login.fields.server), 'chat.example:1');
  t.is(screen.state.notice, null);
});

test('Enter while the server is asked moves to the next field and does not log in', (t) => {
  const screen = open({ step: 'server', busy: 'connect' });
  screen.happen(type('alice'));
  screen.press('enter');
  screen.happen(type('correct horse'));
  screen.press('enter');
  screen.happen(type('correct horse'));
  screen.press('enter');
  const offered = { address: 'a:1', fingerprint: 'ab', words: 'one', at: noon, stray: false };
  screen.happen({ type: 'login', change: { busy: null, step: 'trust', offered } });
  t.is(textOf(screen.login.fields.name), '', 'the question comes first');
  screen.happen({ type: 'login', change: { step: 'account', making: true, active: 'name', offered: null } });
  const { name, password, repeat } = screen.login.fields;
  t.deepEqual([name, password, repeat].map(textOf), ['alice', 'correct horse', 'correct horse']);
  t.is(screen.login.active, 'repeat');
  t.is(screen.login.busy, null);
});

test('Enter alone does not leave a field empty: the name is not taken for the password', (t) => {
  const screen = open({ step: 'server', busy: 'connect' });
  screen.press('enter');
  screen.happen(type('carol'));
  screen.press('enter');
  screen.press('enter');
  screen.happen(type('correct horse'));
  screen.happen({ type: 'login', change: { busy: null, step: 'account', making: true, active: 'name' } });
  const { name, password, repeat } = screen.login.fields;
  t.deepEqual([name, password, repeat].map(textOf), ['carol', 'correct horse', '']);
  t.is(screen.login.active, 'password');
});

test('early lines without a field are not joined but dropped, with a notice', (t) => {
  const screen = open({ step: 'account', busy: 'connect', active: 'password' });
  screen.happen(type('one'));
  screen.press('enter');
  screen.happen(type('two'), { type: 'login', change: { busy: null } });
  t.is(textOf(screen.login.fields.password), 'one');
  t.regex(screen.state.notice?.text ?? '', /dropped/);
});

test('text typed for the chat does not appear in a form that came back with an error', (t) => {
  const screen = open({ step: 'account', busy: 'login', active: 'password' });
  screen.happen(type('good morning'), { type: 'login', change: { busy: null, errors: { password: 'wrong' } } });
  t.is(textOf(screen.login.fields.password), '');
  screen.happen(entered());
  t.is(screen.line, '');
});
