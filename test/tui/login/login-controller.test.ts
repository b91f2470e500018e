/** The login form: the server, the account, and its errors. */
import test from 'ava';
import type { Client } from '../../../src/client/api/client-api.ts';
import type { ConnectOptions } from '../../../src/client/connect-types.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import type { Login } from '../../../src/tui/state/login-form.ts';
import { FakeClient } from '../../helpers/screen/fake-client.ts';
import { offeredKey, openForm, unreachable } from '../../helpers/screen/open-form.ts';

test('an unknown server is compared first, then the account is asked for', async (t) => {
  const { controller, login, write, entered, asked, store } = openForm();
  await controller.submit();
  t.is(login().step, 'trust');
  t.like(login().offered, offeredKey);
  await controller.submit();
  t.is(login().step, 'account');
  t.true(login().making, 'nobody is known there');
  store.dispatch({ type: 'moved', move: 'toggle-making' });
  await write('alice');
  t.is(login().active, 'password');
  await write('some words here');
  t.is(entered.length, 1);
  t.is(asked[0]?.user, 'alice');
  t.is(asked[0]?.register, undefined);
  t.true(await asked[0]?.ask.trust(offeredKey));
  t.false(await asked[0]?.ask.trust({ ...offeredKey, fingerprint: 'cd'.repeat(32) }));
});

test('a key that was not compared is never trusted', async (t) => {
  const { controller } = openForm();
  t.false(await controller.ask('').trust(offeredKey));
});

for (const [pressed, agreed] of [
  ['y', true],
  ['escape', false],
] as const) {
  test(`${pressed} answers the questions of a login about the account`, async (t) => {
    const { controller, press, clock, store } = openForm();
    const { confirm } = controller.ask('secret');
    const about = { kind: 'reset', name: 'alice', statement: 'the server says so', question: 'Is it so?' } as const;
    const answer = confirm?.(about);
    clock.advance(1000);
    t.like(store.get().overlay, { kind: 'confirm', question: { ask: 'doubt', statement: 'the server says so' } });
    await press(pressed);
    t.is(await answer, agreed);
    t.is(store.get().overlay, null);
  });
}

test('Esc at the comparison goes back and says so', async (t) => {
  const { controller, login, store } = openForm();
  await controller.submit();
  controller.back();
  t.is(login().step, 'server');
  t.regex(store.get().notice?.text ?? '', /not trusted/);
});

for (const [pressed, step] of [
  ['enter', 'account'],
  ['y', 'account'],
  ['n', 'server'],
  ['escape', 'server'],
] as const) {
  test(`${pressed} answers whether this is the server, once the person had time to read it`, async (t) => {
    const { login, press, clock } = openForm();
    await press('enter');
    t.is(login().step, 'trust');
    await press('enter');
    t.is(login().step, 'trust', 'nobody has read it yet');
    clock.advance(1000);
    await press(pressed);
    t.is(login().step, step);
  });
}

test('typing on at the comparison does not confirm the key', async (t) => {
  const { login, press, clock, store, entered } = openForm();
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

test('Enter confirms again after a stray letter, once nothing was typed for a moment', async (t) => {
  const { login, press, clock } = openForm();
  await press('enter');
  clock.advance(1000);
  await press('x');
  clock.advance(1000);
  await press('enter');
  t.is(login().step, 'trust');
  clock.advance(600);
  await press('enter');
  t.is(login().step, 'account');
});

test('Esc, a lost connection and a second look at the same server keep the choice and all fields', async (t) => {
  const { controller, login, write, store } = openForm({
    greet: async () => ({ offered: null, names: [] }),
    connect: async () => {
      throw unreachable;
    },
  });
  await controller.submit();
  t.true(login().making);
  for (const line of ['alice', 'long enough words', 'long enough words']) await write(line);
  t.is(login().step, 'server');
  await controller.submit();
  t.true(login().making);
  store.dispatch({ type: 'moved', move: 'toggle-making' });
  controller.back();
  await controller.submit();
  t.false(login().making);
  const { name, password, repeat } = login().fields;
  t.deepEqual(
    [name, password, repeat].map(({ before }) => before),
    ['alice', 'long enough words', 'long enough words'],
  );
});

test('an error after the login is attributed to the server, and a new account is not made again', async (t) => {
  const failures = [new Error('the list of people could not be read')];
  const { controller, login, write, entered, asked } = openForm(
    { greet: async () => ({ offered: null, names: [] }) },
    [],
    async () => {
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
    },
  );
  await controller.submit();
  for (const line of ['alice', 'long enough words', 'long enough words']) await write(line);
  t.is(login().busy, null);
  t.deepEqual(login().errors, { server: 'the list of people could not be read' });
  t.is(login().active, 'server');
  await controller.submit();
  t.is(login().active, 'password');
  await write('long enough words');
  t.deepEqual(
    asked.map(({ register }) => register),
    [{}, undefined],
  );
  t.is(entered.length, 2);
});

test('an invitation code that is too long is reported beside its field, and nothing is sent', async (t) => {
  const { controller, login, write, store, asked } = openForm({ greet: async () => ({ offered: null, names: [] }) });
  await controller.submit();
  for (const line of ['alice', 'long enough words']) await write(line);
  store.dispatch({ type: 'typed', text: 'long enough words' });
  store.dispatch({ type: 'moved', move: 'next-field' });
  await write('x'.repeat(65));
  t.regex(login().errors.invite ?? '', /at most 64 characters/);
  t.is(login().active, 'invite');
  store.dispatch({ type: 'edited', edit: 'delete-left' });
  await controller.submit();
  t.deepEqual(
    asked.map(({ register }) => register),
    [{ invite: 'x'.repeat(64) }],
  );
});

const wrong: [string, string, string[], keyof Login['errors'], RegExp][] = [
  ['a bad name', 'register', ['al ice'], 'name', /letters/],
  ['a long name', 'register', ['a'.repeat(33)], 'name', /at most 32/],
  ['a name of two scripts', 'register', ['Ωmega'], 'name', /one script/],
  ['a short password', 'register', ['alice', 'short'], 'password', /8 characters/],
  ['two different passwords', 'register', ['alice', 'long enough', 'long enouhg'], 'repeat', /differ/],
  ['no password', 'login', ['alice', ''], 'password', /needed/],
];

for (const [name, mode, lines, field, error] of wrong) {
  test(`${name}: the error stands beside its field`, async (t) => {
    const { controller, login, write, store, entered } = openForm({
      greet: async () => ({ offered: null, names: [] }),
    });
    await controller.submit();
    if (mode === 'login') store.dispatch({ type: 'moved', move: 'toggle-making' });
    for (const line of lines) await write(line);
    t.regex(login().errors[field] ?? '', error);
    t.is(login().active, field);
    t.is(entered.length, 0);
  });
}

test('a password changed after its confirmation must be confirmed again', async (t) => {
  const { login, write, press, asked } = openForm({ greet: async () => ({ offered: null, names: [] }) });
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
    'a missing invitation code',
    Object.assign(new Error('an invite is needed'), { code: 'bad-invite' }),
    'invite',
    'an invite is needed',
  ],
];

for (const [name, failure, field, said] of refused) {
  test(`${name} is shown in the right place and can be corrected`, async (t) => {
    const { controller, login, write, store } = openForm({
      greet: async () => ({ offered: null, names: [] }),
      connect: async () => {
        throw failure;
      },
    });
    await controller.submit();
    if (field === 'password') store.dispatch({ type: 'moved', move: 'toggle-making' });
    const lines = ['alice', 'long enough words', 'long enough words'];
    for (const line of field === 'password' ? lines.slice(0, 2) : lines) await write(line);
    t.is(login().busy, null);
    t.is(login().errors[field], said);
    t.is(login().active, field);
  });
}

test('making an account tells the server so, with the invitation code', async (t) => {
  const { controller, write, store, asked } = openForm({ greet: async () => ({ offered: null, names: [] }) });
  await controller.submit();
  for (const line of ['alice', 'long enough words']) await write(line);
  store.dispatch({ type: 'typed', text: 'long enough words' });
  store.dispatch({ type: 'moved', move: 'next-field' });
  await write('INV-1');
  t.deepEqual(asked[0]?.register, { invite: 'INV-1' });
});

/** A form whose login waits, and the arguments of that login. */
async function waiting() {
  const coming = Promise.withResolvers<Client>();
  const connecting = Promise.withResolvers<ConnectOptions>();
  const form = openForm({
    greet: async () => ({ offered: null, names: ['alice'] }),
    connect: (options) => {
      connecting.resolve(options);
      return coming.promise;
    },
  });
  const gone = form.controller.submit();
  return { ...form, coming, gone, ask: (await connecting.promise).ask };
}

test('the form waits for a server that is full, and says so until it answers', async (t) => {
  const { login, entered, coming, gone, ask } = await waiting();
  ask.waiting?.('its disk is full', () => t.fail('nobody gives up'));
  t.is(login().waiting?.reason, 'its disk is full');
  ask.progress('login');
  t.is(login().waiting, null);
  coming.resolve(new FakeClient());
  await gone;
  t.is(entered.length, 1);
});

test('Esc ends the wait, and the form says why', async (t) => {
  const full = new Refusal('disk-full', 'its disk is full');
  const { login, press, coming, gone, ask } = await waiting();
  await press('escape');
  t.not(login().busy, null, 'nothing is waited for yet that could be given up');
  ask.waiting?.(full.message, () => coming.reject(full));
  await press('escape');
  await gone;
  t.like(login(), { busy: null, waiting: null, step: 'account', errors: { password: 'its disk is full' } });
});
