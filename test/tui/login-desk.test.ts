import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { Actions } from '../../src/tui/actions.ts';
import { Attention } from '../../src/tui/attention.ts';
import { ClientError } from '../../src/tui/client/errors.ts';
import type { Client, ConnectOptions } from '../../src/tui/client/types.ts';
import { Commands } from '../../src/tui/commands.ts';
import type { Desk } from '../../src/tui/desk.ts';
import { type Door, LoginDesk } from '../../src/tui/login-desk.ts';
import { defaultSettings, emptyLogin, initialState, type Login } from '../../src/tui/state.ts';
import { Store } from '../../src/tui/store.ts';
import { strings } from '../../src/tui/strings.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { FakeClient } from './helpers/fake-client.ts';
import { noon } from './helpers/messages.ts';

const link = `securechat://127.0.0.1:65345#${'00'.repeat(32)}`;
const nobody = new ClientError('unreachable', 'cannot connect');
const offered = { address: 'chat.example:1', fingerprint: 'ab'.repeat(32), words: 'one two' };

/** `keys`: whose keys this profile goes in by. */
function open(
  door: Partial<Door> = {},
  keys: readonly string[] = [],
  enter: (client: Client) => Promise<void> = async () => {},
) {
  const clock = manualClock(noon);
  const store = new Store(initialState({ columns: 80, rows: 24 }, defaultSettings, noon), clock);
  const entered: Client[] = [];
  const asked: ConnectOptions[] = [];
  const desk = new LoginDesk({
    store,
    clock,
    defaultServer: '127.0.0.1:65345',
    profile: undefined,
    enter: async (client) => {
      entered.push(client);
      await enter(client);
    },
    door: {
      greet: async () => ({ offered, names: [] }),
      connect: async (options) => {
        asked.push(options);
        if (options.password === undefined && !keys.includes(options.user))
          throw new ClientError('usage', 'a password is needed');
        return new FakeClient();
      },
      startServer: async () => ({ link, dir: '/data', log: '/p/daemon.log', pid: 4711 }),
      ...door,
    },
  });
  store.dispatch({ type: 'login', change: emptyLogin('chat.example:1') });
  const login = (): Login => {
    const { screen } = store.get();
    if (screen.name !== 'login') throw new Error('not the form');
    return screen.login;
  };
  const write = async (text: string) => {
    store.dispatch({ type: 'typed', text });
    await desk.goOn();
  };
  const outside = { quit() {}, suspend() {}, redraw() {}, copy() {}, openLink: async () => false };
  const all: Desk = {
    store,
    clock,
    login: desk,
    attention: new Attention(store, clock),
    session: null,
    transfers: null,
    outside: { ...outside, findLinks: () => [], findEmoji: async () => [] },
  };
  const actions = new Actions(all, new Commands(all));
  const press = async (...keys: string[]) => {
    for (const key of keys) actions.take(key.length === 1 ? { type: 'text', text: key } : { type: 'key', key });
    await turn();
  };
  return { store, clock, desk, login, write, press, entered, asked };
}

test('an unknown server is compared first, then the account is asked for', async (t) => {
  const { desk, login, write, entered, asked, store } = open();
  await desk.goOn();
  t.is(login().step, 'trust');
  t.like(login().offered, offered);
  await desk.goOn();
  t.is(login().step, 'account');
  t.true(login().making, 'nobody is known there');
  store.dispatch({ type: 'moved', move: 'toggle-making' });
  await write('alice');
  t.is(login().active, 'password');
  await write('some words here');
  t.is(entered.length, 1);
  t.is(asked[0]?.user, 'alice');
  t.is(asked[0]?.register, undefined);
  t.true(await asked[0]?.ask.trust(offered));
  t.false(await asked[0]?.ask.trust({ ...offered, fingerprint: 'cd'.repeat(32) }));
});

test('a key that was not compared is never trusted', async (t) => {
  const { desk } = open();
  t.false(await desk.ask('').trust(offered));
});

test('Esc at the comparison goes back and says so', async (t) => {
  const { desk, login, store } = open();
  await desk.goOn();
  desk.back();
  t.is(login().step, 'server');
  t.regex(store.get().notice?.text ?? '', /not trusted/);
});

for (const [pressed, step] of [
  ['enter', 'account'],
  ['y', 'account'],
  ['n', 'server'],
  ['escape', 'server'],
] as const) {
  test(`${pressed} answers whether this is the server, once the question can have been read`, async (t) => {
    const { login, press, clock } = open();
    await press('enter');
    t.is(login().step, 'trust');
    await press('enter');
    t.is(login().step, 'trust', 'nobody has read it yet');
    clock.advance(1000);
    await press(pressed);
    t.is(login().step, step);
  });
}

test('whoever types on has not compared the key', async (t) => {
  const { login, press, clock, store, entered } = open();
  await press('enter');
  clock.advance(1000);
  await press(...'http://example.com', 'enter', 'y', 'n');
  t.is(login().step, 'trust');
  await press('escape');
  t.is(login().step, 'server');
  t.is(store.get().notice, null, 'that was no answer');
  await press('enter');
  clock.advance(1000);
  store.dispatch({ type: 'pasted', text: 'http://example.com' });
  await press('enter');
  t.is(login().step, 'trust');
  t.is(entered.length, 0);
});

const known = { greet: async () => ({ offered: null, names: ['alice', 'bob'] }) };

test('whoever was here before goes in by the key of this profile, the last one unless another is named', async (t) => {
  for (const [named, user] of [
    ['', 'alice'],
    ['bob', 'bob'],
  ] as const) {
    const { desk, store, entered, asked } = open(known, ['alice', 'bob']);
    store.dispatch({ type: 'login', change: emptyLogin('chat.example:1', named) });
    await desk.goOn();
    t.is(entered.length, 1);
    t.like(asked, [{ user, password: undefined, register: undefined }]);
  }
});

test('a server that was down when the screen was opened lets in by key once it answers', async (t) => {
  const { desk, store, entered, asked, login } = open(known, ['bob']);
  store.dispatch({
    type: 'login',
    change: { ...emptyLogin('chat.example:1', 'bob'), step: 'account', busy: 'connect' },
  });
  await desk.goIn(Promise.reject(nobody));
  t.is(login().step, 'server');
  await desk.goOn();
  t.is(entered.length, 1);
  t.is(asked[0]?.user, 'bob');
});

test('without a password the key of whoever is named is tried, and only then a password is asked for', async (t) => {
  const { write, press, store, entered, asked, login } = open(known, ['bob']);
  await press('enter');
  t.like(asked, [{ user: 'alice' }]);
  t.is(entered.length, 0);
  await write('');
  t.regex(login().errors.password ?? '', /needed/);
  t.is(login().busy, null);
  store.dispatch({ type: 'moved', move: 'previous-field' });
  await press('ctrl+u');
  await write('bob');
  await write('');
  t.is(entered.length, 1);
  t.is(asked.at(-1)?.user, 'bob');
});

test('whoever begins as somebody new, or has typed a password, does not go in by key', async (t) => {
  const { desk, store, asked, login } = open(known, ['alice']);
  store.dispatch({ type: 'login', change: { ...emptyLogin('chat.example:1'), making: true, asked: 'chat.example:1' } });
  await desk.goOn();
  t.is(login().step, 'account');
  desk.back();
  store.dispatch({ type: 'login', change: { making: false } });
  store.dispatch({ type: 'login', change: { fields: { ...login().fields, password: { before: 'x', after: '' } } } });
  await desk.goOn();
  t.is(login().step, 'account');
  t.is(asked.length, 0);
});

test('a known name without a key is asked for the password alone', async (t) => {
  const { desk, login } = open(known);
  await desk.goOn();
  t.deepEqual(login().errors, {}, 'nothing was done wrong');
  t.is(login().step, 'account');
  t.is(login().fields.name.before, 'alice');
  t.is(login().active, 'password');
});

test('with nobody at the default address a server is offered and started, and its owner reads all about it', async (t) => {
  let running = false;
  const { desk, login, store } = open({
    greet: async () => {
      if (!running) throw nobody;
      return { offered: null, names: [] };
    },
    startServer: async () => {
      running = true;
      return { link, dir: '/data', log: '/p/daemon.log', pid: 4711 };
    },
  });
  store.dispatch({ type: 'login', change: emptyLogin('127.0.0.1:65345') });
  await desk.goOn();
  t.true(login().canStart);
  t.is(login().errors.server, 'cannot connect');
  await desk.startServer();
  t.is(login().step, 'account');
  t.true(login().making);
  t.is(login().fields.server.before, link);
  const { overlay } = store.get();
  const lines = overlay?.kind === 'page' ? overlay.lines : [];
  for (const said of ['/data', '/p/daemon.log', 'kill 4711']) t.true(lines.join('\n').includes(said), said);
  t.true(lines.includes(link), 'on a line of its own');
  t.true(lines.includes('securechat-daemon --host 0.0.0.0 --data-dir /data'), 'how others reach it');
  const about = { link, dir: "/home/o'neil/my data", log: '/l', pid: 1 };
  t.true(strings.login.aboutServer(about).at(-1)?.endsWith(` --data-dir '/home/o'\\''neil/my data'`));
});

for (const [server, isOffered] of [
  [link, true],
  ['localhost', true],
  ['LOCALHOST:65345', true],
  ['[::1]:65345', true],
  ['127.0.0.1:65346', false],
  ['127.0.0.1.example:65345', false],
] as const) {
  test(`a server is ${isOffered ? '' : 'not '}offered when nobody answers at ${server.slice(0, 32)}`, async (t) => {
    const { desk, login, store } = open({
      greet: async () => {
        throw nobody;
      },
    });
    store.dispatch({ type: 'login', change: emptyLogin(server) });
    await desk.goOn();
    t.is(login().canStart, isOffered);
    // Who was here before goes in without the form: the same holds when that fails.
    store.dispatch({ type: 'login', change: { ...emptyLogin(server, 'alice'), step: 'account', busy: 'connect' } });
    await desk.goIn(Promise.reject(nobody));
    t.is(login().step, 'server');
    t.is(login().canStart, isOffered);
  });
}

test('while a server is started that is what is said, and no longer that there is none', async (t) => {
  const { promise, reject } = Promise.withResolvers<never>();
  const { desk, login, store } = open({ greet: async () => Promise.reject(nobody), startServer: () => promise });
  store.dispatch({ type: 'login', change: emptyLogin('127.0.0.1:65345') });
  await desk.goOn();
  t.true(login().canStart);
  const started = desk.startServer();
  t.like(login(), { busy: 'start', canStart: false });
  t.deepEqual(login().errors, {});
  reject(new Error('it did not start'));
  await started;
  t.like(login(), { busy: null, canStart: true });
  t.deepEqual(login().errors, { server: 'it did not start' });
});

test('after a server was started again, who was there goes in, and reads all about it', async (t) => {
  const { desk, store, entered } = open(known, ['alice']);
  store.dispatch({ type: 'login', change: { ...emptyLogin(link), canStart: true } });
  await desk.startServer();
  t.is(entered.length, 1);
  t.is(store.get().overlay?.kind, 'page');
});

test('after a server was started again, its accounts are known', async (t) => {
  const { desk, login, store } = open(known);
  store.dispatch({ type: 'login', change: { ...emptyLogin(link), canStart: true } });
  await desk.startServer();
  t.false(login().making);
  t.is(login().fields.name.before, 'alice');
});

test('Esc, a lost connection and another look at the same server change neither the tick nor a field', async (t) => {
  const { desk, login, write, store } = open({
    greet: async () => ({ offered: null, names: [] }),
    connect: async () => {
      throw nobody;
    },
  });
  await desk.goOn();
  t.true(login().making);
  for (const line of ['alice', 'long enough words', 'long enough words']) await write(line);
  t.is(login().step, 'server');
  await desk.goOn();
  t.true(login().making);
  store.dispatch({ type: 'moved', move: 'toggle-making' });
  desk.back();
  await desk.goOn();
  t.false(login().making);
  const { name, password, repeat } = login().fields;
  t.deepEqual(
    [name, password, repeat].map(({ before }) => before),
    ['alice', 'long enough words', 'long enough words'],
  );
});

test('somebody named at the start whom this profile does not know begins as somebody new', async (t) => {
  const { desk, login, store } = open({ greet: async () => ({ offered: null, names: [] }) });
  store.dispatch({ type: 'login', change: { ...emptyLogin(link, 'alice'), step: 'account', busy: 'connect' } });
  await desk.goIn(Promise.reject(new ClientError('usage', 'a password is needed')));
  await turn();
  t.true(login().making);
  t.is(login().active, 'password');
  t.deepEqual(login().errors, {});
});

test('what fails after the login is said of the server, and an account that was made is not made again', async (t) => {
  const failures = [new Error('the list of people could not be read')];
  const { desk, login, write, entered, asked } = open(
    { greet: async () => ({ offered: null, names: [] }) },
    [],
    async () => {
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
    },
  );
  await desk.goOn();
  for (const line of ['alice', 'long enough words', 'long enough words']) await write(line);
  t.is(login().busy, null);
  t.deepEqual(login().errors, { server: 'the list of people could not be read' });
  t.is(login().active, 'server');
  await desk.goOn();
  t.is(login().active, 'password');
  await write('long enough words');
  t.deepEqual(
    asked.map(({ register }) => register),
    [{}, undefined],
  );
  t.is(entered.length, 2);
});

test('an invite that is too long is said beside its field, and nothing is sent', async (t) => {
  const { desk, login, write, store, asked } = open({ greet: async () => ({ offered: null, names: [] }) });
  await desk.goOn();
  for (const line of ['alice', 'long enough words']) await write(line);
  store.dispatch({ type: 'typed', text: 'long enough words' });
  store.dispatch({ type: 'moved', move: 'next-field' });
  await write('x'.repeat(65));
  t.regex(login().errors.invite ?? '', /at most 64 characters/);
  t.is(login().active, 'invite');
  store.dispatch({ type: 'edited', edit: 'delete-left' });
  await desk.goOn();
  t.deepEqual(
    asked.map(({ register }) => register),
    [{ invite: 'x'.repeat(64) }],
  );
});

test('no server is offered when another address is wrong', async (t) => {
  const { desk, login } = open({
    greet: async () => {
      throw new ClientError('unreachable', 'cannot connect');
    },
  });
  await desk.goOn();
  t.false(login().canStart);
});

const wrong: [string, string, string[], keyof Login['errors'], RegExp][] = [
  ['a bad name', 'register', ['al ice'], 'name', /letters/],
  ['a long name', 'register', ['a'.repeat(33)], 'name', /at most 32/],
  ['a name of two scripts', 'register', ['Ωmega'], 'name', /one script/],
  ['a short password', 'register', ['alice', 'short'], 'password', /8 characters/],
  ['two passwords', 'register', ['alice', 'long enough', 'long enouhg'], 'repeat', /differ/],
  ['no password', 'login', ['alice', ''], 'password', /needed/],
];
for (const [name, mode, lines, field, error] of wrong) {
  test(`${name}: the error stands beside its field`, async (t) => {
    const { desk, login, write, store, entered } = open({ greet: async () => ({ offered: null, names: [] }) });
    await desk.goOn();
    if (mode === 'login') store.dispatch({ type: 'moved', move: 'toggle-making' });
    for (const line of lines) await write(line);
    t.regex(login().errors[field] ?? '', error);
    t.is(login().active, field);
    t.is(entered.length, 0);
  });
}

test('a password that is changed after it was said twice has to be said twice again', async (t) => {
  const { login, write, press, asked } = open({ greet: async () => ({ offered: null, names: [] }) });
  await press('enter');
  for (const line of ['alice', 'password123', 'password124']) await write(line);
  t.is(login().active, 'repeat');
  await press('shift+tab', 'ctrl+u');
  await write('password999');
  t.is(login().active, 'repeat');
  t.regex(login().errors.repeat ?? '', /differ/);
  t.is(asked.length, 0);
  await press('ctrl+u');
  await write('password999');
  t.is(asked[0]?.password, 'password999');
});

const refused: [string, unknown, keyof Login['errors'], string][] = [
  [
    'a taken name',
    Object.assign(new Error('the name is taken'), { code: 'name-taken' }),
    'name',
    'the name is taken, or Ctrl+T if it is yours',
  ],
  ['a wrong password', new ClientError('login-refused', 'wrong'), 'password', 'wrong; Ctrl+T if you are new here'],
  ['a changed key', new ClientError('key-changed', 'the key changed'), 'server', 'the key changed'],
  [
    'an invite that is needed',
    Object.assign(new Error('an invite is needed'), { code: 'bad-invite' }),
    'invite',
    'an invite is needed',
  ],
];
for (const [name, failure, field, said] of refused) {
  test(`${name} is shown where it belongs, and can be corrected`, async (t) => {
    const { desk, login, write, store } = open({
      greet: async () => ({ offered: null, names: [] }),
      connect: async () => {
        throw failure;
      },
    });
    await desk.goOn();
    if (field === 'password') store.dispatch({ type: 'moved', move: 'toggle-making' });
    const lines = ['alice', 'long enough words', 'long enough words'];
    for (const line of field === 'password' ? lines.slice(0, 2) : lines) await write(line);
    t.is(login().busy, null);
    t.is(login().errors[field], said);
    t.is(login().active, field);
  });
}

test('an empty address is the default one, and a pasted join link takes the place of what stands there', async (t) => {
  const greeted: string[] = [];
  const { desk, login, store } = open({
    greet: async (server) => {
      greeted.push(server);
      return { offered, names: [] };
    },
  });
  store.dispatch({ type: 'login', change: emptyLogin('', '', '127.0.0.1:65345') });
  await desk.goOn();
  t.like(login().offered, offered);
  desk.back();
  store.dispatch({ type: 'pasted', text: ' securechat://chat.example:2#00\n' });
  t.is(login().fields.server.before, 'securechat://chat.example:2#00');
  store.dispatch({ type: 'pasted', text: 'securechat://chat.example:2#0 │\n│ 0   │' });
  t.is(login().fields.server.before, 'securechat://chat.example:2#00');
  store.dispatch({ type: 'pasted', text: '.org' });
  t.is(login().fields.server.before, 'securechat://chat.example:2#00.org');
  store.dispatch({ type: 'filled', editor: { before: 'chat.example:1securechat://chat.example:3#00', after: '' } });
  await desk.goOn();
  t.deepEqual(greeted, ['127.0.0.1:65345', 'securechat://chat.example:3#00']);
});

const whole = 'securechat://chat.example:2#00';
const pieces: [string, string][] = [
  ['the whole line that the server prints', `securechat '${whole}'`],
  ['it as a narrow window breaks it', `securechat '${whole.slice(0, 20)} │\n│ ${whole.slice(20)}'`],
  ['a link in quotes', `"${whole}"`],
  ['a sentence around it', `join with ${whole} please`],
];
for (const [name, piece] of pieces) {
  test(`of ${name} the join link is taken`, async (t) => {
    const greeted: string[] = [];
    const { press, store } = open({
      greet: async (server) => {
        greeted.push(server);
        return { offered, names: [] };
      },
    });
    store.dispatch({ type: 'pasted', text: piece });
    await press('enter');
    t.deepEqual(greeted, [whole]);
  });
}

test('making an account says so to the server, with the invite', async (t) => {
  const { desk, write, store, asked } = open({ greet: async () => ({ offered: null, names: [] }) });
  await desk.goOn();
  for (const line of ['alice', 'long enough words']) await write(line);
  store.dispatch({ type: 'typed', text: 'long enough words' });
  store.dispatch({ type: 'moved', move: 'next-field' });
  await write('INV-1');
  t.deepEqual(asked[0]?.register, { invite: 'INV-1' });
});
