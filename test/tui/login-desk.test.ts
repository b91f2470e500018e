import test from 'ava';
import { ClientError } from '../../src/tui/client/errors.ts';
import type { Client, ConnectOptions } from '../../src/tui/client/types.ts';
import { type Door, LoginDesk } from '../../src/tui/login-desk.ts';
import { defaultSettings, emptyLogin, initialState, type Login } from '../../src/tui/state.ts';
import { Store } from '../../src/tui/store.ts';
import { FakeClient } from './helpers/fake-client.ts';
import { FakeClock } from './helpers/fake-clock.ts';
import { noon } from './helpers/messages.ts';

const offered = { address: 'chat.example:1', fingerprint: 'ab'.repeat(32), words: 'one two' };

function open(door: Partial<Door> = {}) {
  const store = new Store(initialState({ columns: 80, rows: 24 }, defaultSettings, noon), new FakeClock());
  const entered: Client[] = [];
  const asked: ConnectOptions[] = [];
  const desk = new LoginDesk({
    store,
    defaultServer: '127.0.0.1:65345',
    profile: undefined,
    enter: async (client) => void entered.push(client),
    door: {
      greet: async () => ({ offered, names: [] }),
      connect: async (options) => {
        asked.push(options);
        return new FakeClient();
      },
      startDaemon: async () => 'securechat://127.0.0.1:65345#00',
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
  return { store, desk, login, write, entered, asked };
}

test('an unknown server is compared first, then the account is asked for', async (t) => {
  const { desk, login, write, entered, asked } = open();
  await desk.goOn();
  t.is(login().step, 'trust');
  t.deepEqual(login().offered, offered);
  await desk.goOn();
  t.is(login().step, 'account');
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

test('a known server with a known name asks for the password alone', async (t) => {
  const { desk, login } = open({ greet: async () => ({ offered: null, names: ['alice', 'bob'] }) });
  await desk.goOn();
  t.is(login().step, 'account');
  t.is(login().fields.name.before, 'alice');
  t.is(login().active, 'password');
});

test('with nobody at the default address a server is offered and started', async (t) => {
  let running = false;
  const { desk, login, store } = open({
    greet: async () => {
      if (!running) throw new ClientError('unreachable', 'cannot connect');
      return { offered: null, names: [] };
    },
    startDaemon: async () => {
      running = true;
      return 'securechat://127.0.0.1:65345#00';
    },
  });
  store.dispatch({ type: 'login', change: emptyLogin('127.0.0.1:65345') });
  await desk.goOn();
  t.true(login().canStart);
  t.is(login().errors.server, 'cannot connect');
  await desk.startDaemon();
  t.is(login().step, 'account');
  t.true(login().making);
  t.is(login().fields.server.before, 'securechat://127.0.0.1:65345#00');
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
  ['a short password', 'register', ['alice', 'short'], 'password', /8 characters/],
  ['two passwords', 'register', ['alice', 'long enough', 'long enouhg'], 'repeat', /differ/],
  ['no password', 'login', ['alice', ''], 'password', /needed/],
];
for (const [name, mode, lines, field, error] of wrong) {
  test(`${name}: the error stands beside its field`, async (t) => {
    const { desk, login, write, store, entered } = open({ greet: async () => ({ offered: null, names: [] }) });
    await desk.goOn();
    if (mode === 'register') store.dispatch({ type: 'moved', move: 'toggle-making' });
    for (const line of lines) await write(line);
    t.regex(login().errors[field] ?? '', error);
    t.is(login().active, field);
    t.is(entered.length, 0);
  });
}

const refused: [string, unknown, keyof Login['errors']][] = [
  ['a taken name', Object.assign(new Error('the name is taken'), { code: 'name-taken' }), 'name'],
  ['a wrong password', new ClientError('login-refused', 'wrong name or password'), 'password'],
  ['a changed key', new ClientError('key-changed', 'the key changed'), 'server'],
  ['an invite that is needed', Object.assign(new Error('an invite is needed'), { code: 'bad-invite' }), 'invite'],
];
for (const [name, failure, field] of refused) {
  test(`${name} is shown where it belongs, and can be corrected`, async (t) => {
    const { desk, login, write, store } = open({
      greet: async () => ({ offered: null, names: [] }),
      connect: async () => {
        throw failure;
      },
    });
    await desk.goOn();
    store.dispatch({ type: 'moved', move: 'toggle-making' });
    for (const line of ['alice', 'long enough words', 'long enough words']) await write(line);
    t.is(login().busy, null);
    t.is(login().errors[field], (failure as Error).message);
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
  t.is(login().offered, offered);
  desk.back();
  store.dispatch({ type: 'pasted', text: ' securechat://chat.example:2#00\n' });
  t.is(login().fields.server.before, 'securechat://chat.example:2#00');
  store.dispatch({ type: 'pasted', text: '.org' });
  t.is(login().fields.server.before, 'securechat://chat.example:2#00.org');
  store.dispatch({ type: 'filled', editor: { before: 'chat.example:1securechat://chat.example:3#00', after: '' } });
  await desk.goOn();
  t.deepEqual(greeted, ['127.0.0.1:65345', 'securechat://chat.example:3#00']);
});

test('making an account says so to the server, with the invite', async (t) => {
  const { desk, write, store, asked } = open({ greet: async () => ({ offered: null, names: [] }) });
  await desk.goOn();
  store.dispatch({ type: 'moved', move: 'toggle-making' });
  for (const line of ['alice', 'long enough words']) await write(line);
  store.dispatch({ type: 'typed', text: 'long enough words' });
  store.dispatch({ type: 'moved', move: 'next-field' });
  await write('INV-1');
  t.deepEqual(asked[0]?.register, { invite: 'INV-1' });
});
