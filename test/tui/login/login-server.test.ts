/** The server in the login form: another's, or one's own. */
import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { emptyLogin } from '../../../src/tui/state/login-form.ts';
import { strings } from '../../../src/tui/text/strings.ts';
import { joinLink, knownServer, offeredKey, openForm, unreachable } from '../../helpers/screen/open-form.ts';

test('with no server at the default address the form offers to start one, starts it, and shows the page about it', async (t) => {
  let running = false;
  const { controller, login, store } = openForm({
    greet: async () => {
      if (!running) throw unreachable;
      return { offered: null, names: [] };
    },
    startServer: async () => {
      running = true;
      return { link: joinLink, dir: '/data', log: '/p/daemon.log', pid: 4711 };
    },
  });
  store.dispatch({ type: 'login', change: emptyLogin('127.0.0.1:65345') });
  await controller.submit();
  t.true(login().canStart);
  t.is(login().errors.server, 'cannot connect');
  await controller.startServer();
  t.is(login().step, 'account');
  t.true(login().making);
  t.is(login().fields.server.before, joinLink);
  const { overlay } = store.get();
  const lines = overlay?.kind === 'page' ? overlay.lines : [];
  for (const said of ['/data', '/p/daemon.log', 'kill 4711']) t.true(lines.join('\n').includes(said), said);
  t.true(lines.includes(joinLink), 'on a line of its own');
  t.true(lines.includes('securechat-daemon --host 0.0.0.0 --data-dir /data'), 'how others reach it');
  const about = { link: joinLink, dir: "/home/o'neil/my data", log: '/l', pid: 1 };
  t.true(strings.login.aboutServer(about).at(-1)?.endsWith(` --data-dir '/home/o'\\''neil/my data'`));
});

for (const [server, isOffered] of [
  [joinLink, true],
  ['localhost', true],
  ['LOCALHOST:65345', true],
  ['[::1]:65345', true],
  ['127.0.0.1:65346', false],
  ['127.0.0.1.example:65345', false],
] as const) {
  test(`a server is ${isOffered ? '' : 'not '}offered if nothing answers at ${server.slice(0, 32)}`, async (t) => {
    const { controller, login, store } = openForm({
      greet: async () => {
        throw unreachable;
      },
    });
    store.dispatch({ type: 'login', change: emptyLogin(server) });
    await controller.submit();
    t.is(login().canStart, isOffered);
    // A known account logs in without the form; the same holds if that fails.
    store.dispatch({ type: 'login', change: { ...emptyLogin(server, 'alice'), step: 'account', busy: 'connect' } });
    await controller.enterWith(Promise.reject(unreachable));
    t.is(login().step, 'server');
    t.is(login().canStart, isOffered);
  });
}

test('while a server starts, the form says so instead of the missing server', async (t) => {
  const { promise, reject } = Promise.withResolvers<never>();
  const { controller, login, store } = openForm({
    greet: async () => Promise.reject(unreachable),
    startServer: () => promise,
  });
  store.dispatch({ type: 'login', change: emptyLogin('127.0.0.1:65345') });
  await controller.submit();
  t.true(login().canStart);
  const started = controller.startServer();
  t.like(login(), { busy: 'start', canStart: false });
  t.deepEqual(login().errors, {});
  reject(new Error('it did not start'));
  await started;
  t.like(login(), { busy: null, canStart: true });
  t.deepEqual(login().errors, { server: 'it did not start' });
});

test('after a restart of the own server, a known account logs in and sees the page about it', async (t) => {
  const { controller, store, entered } = openForm(knownServer, ['alice']);
  store.dispatch({ type: 'login', change: { ...emptyLogin(joinLink), canStart: true } });
  await controller.startServer();
  t.is(entered.length, 1);
  t.is(store.get().overlay?.kind, 'page');
});

test('after a restart of the own server, its accounts are known', async (t) => {
  const { controller, login, store } = openForm(knownServer);
  store.dispatch({ type: 'login', change: { ...emptyLogin(joinLink), canStart: true } });
  await controller.startServer();
  t.false(login().making);
  t.is(login().fields.name.before, 'alice');
});

test('no server is offered if another address is wrong', async (t) => {
  const { controller, login } = openForm({
    greet: async () => {
      throw new ClientError('unreachable', 'cannot connect');
    },
  });
  await controller.submit();
  t.false(login().canStart);
});

test('an empty address is the default one, and a pasted join link replaces the address', async (t) => {
  const greeted: string[] = [];
  const { controller, login, store } = openForm({
    greet: async (server) => {
      greeted.push(server);
      return { offered: offeredKey, names: [] };
    },
  });
  store.dispatch({ type: 'login', change: emptyLogin('', '', '127.0.0.1:65345') });
  await controller.submit();
  t.like(login().offered, offeredKey);
  controller.back();
  store.dispatch({ type: 'pasted', text: ' securechat://chat.example:2#00\n' });
  t.is(login().fields.server.before, 'securechat://chat.example:2#00');
  store.dispatch({ type: 'pasted', text: 'securechat://chat.example:2#0 │\n│ 0   │' });
  t.is(login().fields.server.before, 'securechat://chat.example:2#00');
  store.dispatch({ type: 'pasted', text: '.org' });
  t.is(login().fields.server.before, 'securechat://chat.example:2#00.org');
  store.dispatch({ type: 'filled', editor: { before: 'chat.example:1securechat://chat.example:3#00', after: '' } });
  await controller.submit();
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
  test(`the join link is found in ${name}`, async (t) => {
    const greeted: string[] = [];
    const { press, store } = openForm({
      greet: async (server) => {
        greeted.push(server);
        return { offered: offeredKey, names: [] };
      },
    });
    store.dispatch({ type: 'pasted', text: piece });
    await press('enter');
    t.deepEqual(greeted, [whole]);
  });
}
