import { setImmediate as turn } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { Actions } from '../../../src/tui/actions/actions.ts';
import { ChatController } from '../../../src/tui/chat/chat-controller.ts';
import type { ChatScope } from '../../../src/tui/chat/chat-scope.ts';
import type { Host } from '../../../src/tui/chat/host.ts';
import { IdleLock } from '../../../src/tui/chat/idle-lock.ts';
import { TransferActions } from '../../../src/tui/chat/transfer-actions.ts';
import { LoginController } from '../../../src/tui/login/login-controller.ts';
import { Attention } from '../../../src/tui/notify/attention.ts';
import { textOf } from '../../../src/tui/state/editor.ts';
import { openThread } from '../../../src/tui/state/focus.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import type { TerminalTheme } from '../../../src/tui/state/theme.ts';
import { strings } from '../../../src/tui/text/strings.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { manualClock } from '../manual-clock.ts';
import { until as untilSo } from '../until.ts';
import { FakeClient } from './fake-client.ts';
import { noon } from './messages.ts';

/** The screen without a terminal: it takes keys, and records calls to the client and notices for the person. */
export async function openChat(
  t: ExecutionContext,
  options:
    | ((client: FakeClient) => void)
    | { prepare?: (client: FakeClient) => void; terminalTheme?: TerminalTheme } = {},
) {
  const { prepare = () => {}, terminalTheme = 'dark' } = typeof options === 'function' ? { prepare: options } : options;
  const clock = manualClock(noon);
  const client = new FakeClient();
  prepare(client);
  const store = new Store(initialState({ columns: 120, rows: 30 }, defaultSettings, noon, terminalTheme), clock);
  const outside: string[] = [];
  const never = () => Promise.reject(new Error('not in this test'));
  const login = new LoginController({
    store,
    clock,
    backend: { greet: never, connect: never, startServer: never },
    defaultServer: 'localhost:1',
    profile: undefined,
    enter: async () => {},
  });
  const host: Host = {
    quit: () => outside.push('quit'),
    suspend: () => outside.push('suspend'),
    redraw: () => outside.push('redraw'),
    copy: (text) => outside.push(`copy ${text}`),
    openLink: async (link) => {
      outside.push(`open ${link}`);
      return !link.includes('no-desktop');
    },
  };
  const controller = new ChatController({ client, store, clock, onMessage: () => {} });
  const transfers = new TransferActions(controller, '/downloads');
  const scope: ChatScope = { store, clock, controller, transfers };
  const idle = new IdleLock(store, clock);
  idle.watch(client);
  const actions = new Actions({ store, clock, host, login, attention: new Attention(store, clock), idle });
  await controller.begin({});
  actions.enterChat(scope);
  await controller.listFiles();
  await transfers.recall(strings.notices.cutOff);
  t.teardown(() => controller.end());
  const settle = async () => {
    for (let i = 0; i < 12; i++) await turn();
    clock.advance(150);
    for (let i = 0; i < 4; i++) await turn();
  };
  await settle();
  /** Waits for lookups outside the program and everything that follows from them. */
  const until = (isSo: () => boolean) =>
    untilSo(async () => {
      if (!isSo()) await settle();
      return isSo();
    });
  const key = async (...keys: string[]) => {
    for (const each of keys) actions.take({ type: 'key', key: each });
    await settle();
  };
  /** Answers a question after the time to read it. */
  const answer = async (pressed: string) => {
    clock.advance(1000);
    actions.take(pressed.length === 1 ? { type: 'text', text: pressed } : { type: 'key', key: pressed });
    await settle();
  };
  const say = async (line: string) => {
    store.dispatch({ type: 'typed', text: line });
    await key('enter');
  };
  const calls = (name: string) => client.calls.filter(([called]) => called === name).map(([, ...rest]) => rest);
  const notice = () => store.get().notice?.text ?? '';
  const chat = () => controller.chat;
  const line = () => textOf(openThread(controller.chat).draft);
  return {
    actions,
    answer,
    calls,
    chat,
    client,
    clock,
    controller,
    idle,
    key,
    line,
    notice,
    outside,
    say,
    scope,
    settle,
    store,
    until,
  };
}
