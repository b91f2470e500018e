import { setImmediate as turn } from 'node:timers/promises';
import type { Client } from '../../../src/client/api/client-api.ts';
import type { ConnectOptions } from '../../../src/client/connect-types.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { Actions } from '../../../src/tui/actions/actions.ts';
import { IdleLock } from '../../../src/tui/chat/idle-lock.ts';
import { type LoginBackend, LoginController } from '../../../src/tui/login/login-controller.ts';
import { Attention } from '../../../src/tui/notify/attention.ts';
import { emptyLogin, type Login } from '../../../src/tui/state/login-form.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { manualClock } from '../manual-clock.ts';
import { FakeClient } from './fake-client.ts';
import { noon } from './messages.ts';

export const joinLink = `securechat://127.0.0.1:65345#${'00'.repeat(32)}`;
export const unreachable = new ClientError('unreachable', 'cannot connect');
export const offeredKey = { address: 'chat.example:1', fingerprint: 'ab'.repeat(32), words: 'one two' };

/** A server that this profile knows, with two accounts on it. */
export const knownServer = { greet: async () => ({ offered: null, names: ['alice', 'bob'] }) };

/** The login form without a terminal. @param keys the names that this profile has keys for */
export function openForm(
  backend: Partial<LoginBackend> = {},
  keys: readonly string[] = [],
  enter: (client: Client) => Promise<void> = async () => {},
) {
  const clock = manualClock(noon);
  const store = new Store(initialState({ columns: 80, rows: 24 }, defaultSettings, noon), clock);
  const entered: Client[] = [];
  const asked: ConnectOptions[] = [];
  const controller = new LoginController({
    store,
    clock,
    defaultServer: '127.0.0.1:65345',
    profile: undefined,
    enter: async (client) => {
      entered.push(client);
      await enter(client);
    },
    backend: {
      greet: async () => ({ offered: offeredKey, names: [] }),
      connect: async (options) => {
        asked.push(options);
        if (options.password === undefined && !keys.includes(options.user))
          throw new ClientError('usage', 'a password is needed');
        return new FakeClient();
      },
      startServer: async () => ({ link: joinLink, dir: '/data', log: '/p/daemon.log', pid: 4711 }),
      ...backend,
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
    await controller.submit();
  };
  const host = { quit() {}, suspend() {}, redraw() {}, copy() {}, openLink: async () => false };
  const actions = new Actions({
    store,
    clock,
    host,
    login: controller,
    idle: new IdleLock(store, clock),
    attention: new Attention(store, clock),
  });
  const press = async (...keys: string[]) => {
    for (const key of keys) actions.take(key.length === 1 ? { type: 'text', text: key } : { type: 'key', key });
    await turn();
  };
  return { store, clock, controller, login, write, press, entered, asked };
}
