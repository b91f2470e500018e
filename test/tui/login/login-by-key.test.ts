/** Logging in without a password. */
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { emptyLogin } from '../../../src/tui/state/login-form.ts';
import { joinLink, knownServer, openForm, unreachable } from '../../helpers/screen/open-form.ts';

test('a known account logs in by the key of this profile, the last one unless another is named', async (t) => {
  for (const [named, user] of [
    ['', 'alice'],
    ['bob', 'bob'],
  ] as const) {
    const { controller, store, entered, asked } = openForm(knownServer, ['alice', 'bob']);
    store.dispatch({ type: 'login', change: emptyLogin('chat.example:1', named) });
    await controller.submit();
    t.is(entered.length, 1);
    t.like(asked, [{ user, password: undefined, register: undefined }]);
  }
});

test('a key login succeeds once a server that was down answers', async (t) => {
  const { controller, store, entered, asked, login } = openForm(knownServer, ['bob']);
  store.dispatch({
    type: 'login',
    change: { ...emptyLogin('chat.example:1', 'bob'), step: 'account', busy: 'connect' },
  });
  await controller.enterWith(Promise.reject(unreachable));
  t.is(login().step, 'server');
  await controller.submit();
  t.is(entered.length, 1);
  t.is(asked[0]?.user, 'bob');
});

test('without a password the stored key is tried first, and then the password is asked for', async (t) => {
  const { write, press, store, entered, asked, login } = openForm(knownServer, ['bob']);
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

test('a new account, or a typed password, does not log in by key', async (t) => {
  const { controller, store, asked, login } = openForm(knownServer, ['alice']);
  store.dispatch({ type: 'login', change: { ...emptyLogin('chat.example:1'), making: true, asked: 'chat.example:1' } });
  await controller.submit();
  t.is(login().step, 'account');
  controller.back();
  store.dispatch({ type: 'login', change: { making: false } });
  store.dispatch({ type: 'login', change: { fields: { ...login().fields, password: { before: 'x', after: '' } } } });
  await controller.submit();
  t.is(login().step, 'account');
  t.is(asked.length, 0);
});

test('a known name without a key is asked only for the password', async (t) => {
  const { controller, login } = openForm(knownServer);
  await controller.submit();
  t.deepEqual(login().errors, {}, 'nothing was done wrong');
  t.is(login().step, 'account');
  t.is(login().fields.name.before, 'alice');
  t.is(login().active, 'password');
});

test('a name given at the start that this profile does not know begins as a new account', async (t) => {
  const { controller, login, store } = openForm({ greet: async () => ({ offered: null, names: [] }) });
  store.dispatch({ type: 'login', change: { ...emptyLogin(joinLink, 'alice'), step: 'account', busy: 'connect' } });
  await controller.enterWith(Promise.reject(new ClientError('usage', 'a password is needed')));
  await turn();
  t.true(login().making);
  t.is(login().active, 'password');
  t.deepEqual(login().errors, {});
});
