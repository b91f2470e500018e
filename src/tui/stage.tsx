/**
 * Folder `tui`: the screen; it knows no shell commands and speaks to the daemon through the client only. Builds the screen and
 * takes it down: store, gate, Ink, actions, signals. Everything outside is passed in.
 */
import { PassThrough } from 'node:stream';
import { render } from 'ink';
import type { Client } from '../client/api/client-api.ts';
import type { Ask } from '../client/connect-types.ts';
import type { Clock } from '../platform/clock.ts';
import { keepHeapSmall } from '../platform/heap-limit.ts';
import { suspendProcessGroup } from '../platform/terminal/job-control.ts';
import { Actions } from './actions/actions.ts';
import { ChatController } from './chat/chat-controller.ts';
import { exitMessage } from './chat/exit-message.ts';
import type { Host } from './chat/host.ts';
import { IdleLock } from './chat/idle-lock.ts';
import { startTicking } from './chat/ticking.ts';
import { TransferActions } from './chat/transfer-actions.ts';
import type { Drafts } from './compose/drafts.ts';
import { type LoginBackend, LoginController } from './login/login-controller.ts';
import { Attention } from './notify/attention.ts';
import { Notifier } from './notify/notifier.ts';
import { emptyLogin } from './state/login-form.ts';
import { initialState, type Settings } from './state/state.ts';
import { isMultiplexed, isRich, type TerminalTheme } from './state/theme.ts';
import { crashHandler } from './terminal/crash.ts';
import { Gate, type TerminalStream } from './terminal/gate.ts';
import { Handover } from './terminal/handover.ts';
import { listen } from './terminal/listener.ts';
import { onSignals } from './terminal/signals.ts';
import { withSteadyColumns } from './terminal/steady-columns.ts';
import { TerminalModes } from './terminal/terminal-modes.ts';
import { Survey } from './terminal/terminal-survey.ts';
import { strings } from './text/strings.ts';
import { Store } from './update/state-store.ts';
import { App } from './view/app.tsx';
import { setWidths } from './width/cluster-widths.ts';

/** Frames a second at most: the default of 30 would double the delay of fast typing. */
const MAX_FPS = 90;

export type StageOptions = {
  stdin: TerminalStream;
  stdout: NodeJS.WriteStream;
  clock: Clock;
  backend: LoginBackend;
  drafts: Drafts | null;
  settings: Settings;
  /** The theme that fits the terminal, from its environment. */
  terminalTheme: TerminalTheme;
  /** The questions that the terminal was asked already; null when none were. */
  survey: Survey | null;
  /** Keys arrive over a network. */
  isFar: boolean;
  downloads: string;
  defaultServer: string;
  profile: string | undefined;
  server: string | undefined;
  user: string | undefined;
  /** Logs in without the form, where the profile knows server and account; null to show the form. */
  client: ((ask: Ask) => Promise<Client>) | null;
  /** A notice to show first. */
  notice: string | null;
  /** The file for the reason of a crash; null for none. */
  log: string | null;
};

/** Runs the screen until the person leaves. Resolves to the exit status. */
export async function runStage(options: StageOptions): Promise<number> {
  keepHeapSmall();
  const { stdin, stdout, clock, backend, drafts, settings } = options;
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const store: Store = new Store(
    { ...initialState(size(), settings, clock.now(), options.terminalTheme), drawn: false },
    clock,
  );
  const modes = new TerminalModes(stdout);
  const notifier = new Notifier(store, modes, clock);
  const attention = new Attention(store, clock);
  const idle = new IdleLock(store, clock);
  const left = Promise.withResolvers<number>();
  const leave = (status: number): void => left.resolve(status);
  const measure = (): void => store.dispatch({ type: 'resized', ...size() });
  const handover = new Handover({ modes, raw: (on) => gate.setRawMode(on), measure });

  const login = new LoginController({
    store,
    clock,
    backend,
    defaultServer: options.defaultServer,
    profile: options.profile,
    enter,
  });
  const host: Host = {
    quit: () => leave(0),
    suspend: () => void handover.suspendDuring(toShell),
    redraw: handover.redraw,
    copy: (text) => modes.copy(text),
    openLink: async (link) => (await import('../platform/open-in-browser.ts')).openInBrowser(link, process),
  };
  const actions = new Actions({ store, clock, host, login, attention, idle });
  const controllers: ChatController[] = [];
  stdin.on('data', attention.onActivity);
  const survey =
    options.survey ??
    new Survey({
      output: stdout,
      clock,
      background: isRich(options.terminalTheme),
      multiplexed: isMultiplexed(process.env),
    });
  const gate = new Gate(stdin, {
    clock,
    onInput: actions.take,
    onReply: (reply) => survey.onReply(reply),
    isFar: options.isFar,
  });
  await survey.settled();
  setWidths(survey.widths);
  survey.release();
  if (survey.hadClusters) modes.keepClusters();

  async function enter(client: Client): Promise<void> {
    const controller = new ChatController({ client, store, clock, onMessage: notifier.onMessage });
    controllers.push(controller);
    await controller.begin(drafts?.follow(store, client.me) ?? {});
    const transfers = new TransferActions(controller, options.downloads);
    idle.watch(client);
    actions.enterChat({ store, clock, controller, transfers });
    await controller.listFiles();
    await transfers.recall(strings.notices.cutOff);
    if (options.notice !== null) controller.notify(options.notice);
  }

  async function toShell(): Promise<void> {
    if (await suspendProcessGroup(clock)) return;
    store.dispatch({ type: 'notice', notice: { text: strings.notices.noShell, tone: 'info' } });
  }

  store.dispatch({
    type: 'login',
    change: emptyLogin(options.server ?? '', options.user ?? '', options.defaultServer),
  });
  const app = render(<App store={store} onSuspend={handover.setSuspend} />, {
    // Ink reads no keys: the gate does, and the components only draw.
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    stdout: withSteadyColumns(stdout, true),
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: MAX_FPS,
    exitOnCtrlC: false,
    patchConsole: true,
  });
  modes.enter();
  const restore = (): void => {
    app.unmount();
    gate.setRawMode(false);
    modes.leave();
  };
  // The window was closed: there is nothing to draw on, and drafts are saved. The listeners stay until the process ends, as
  // writes after an error fail too.
  for (const output of [stdout, process.stderr]) output.on('error', () => leave(129));
  stdin.on('error', () => leave(129));
  const crashed = crashHandler({ restore, save: async () => drafts?.save(), log: options.log, clock });
  const ends: (() => void)[] = [
    listen(stdout, 'resize', measure),
    ...onSignals({ leave, suspend: host.suspend, redraw: host.redraw }),
    listen(process, 'exit', restore),
    listen(process, 'uncaughtException', crashed),
    listen(process, 'unhandledRejection', crashed),
    store.subscribe(() => modes.mouse(store.get().settings.mouse)),
    startTicking({ store, attention, idle, clock }),
  ];
  // An error in a component ends only Ink.
  app.waitUntilExit().catch(crashed);

  if (options.client !== null) {
    store.dispatch({ type: 'login', change: { step: 'account', busy: 'connect' } });
    void login.enterWith(options.client(login.ask('')));
  } else if (options.server !== undefined) void login.submit();
  // Not before: text typed so far is not for a form that the login passes by itself.
  store.dispatch({ type: 'drawn' });

  const status = await left.promise;
  // First save what can be lost, then restore the terminal, then print the exit message.
  const saved = drafts?.save();
  const last = status === 0 ? exitMessage(store.get()) : null;
  gate.close();
  stdin.off('data', attention.onActivity);
  store.dispatch({ type: 'left' });
  restore();
  await saved;
  for (const end of ends) end();
  for (const controller of controllers) await controller.end();
  if (last === null) return status;
  process.stderr.write(`${last.text}\n`);
  return last.status;
}
