import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { FakeClient } from '../../helpers/screen/fake-client.ts';
import { file, message, person } from '../../helpers/screen/messages.ts';
import { assertRefused, queued, typeLines } from '../../helpers/screen/typed-lines.ts';

test('line mode greets, and a plain line goes to the lobby', async (t) => {
  const { greeting, calls, said, prompts, ended } = await typeLines(['hello all', '', '   ']);
  t.deepEqual(greeting, [
    'you are alice at 127.0.0.1:65345',
    'online: bob',
    'you write to #lobby',
    '.help lists the commands, .exit leaves',
  ]);
  t.deepEqual(calls, [queued('#lobby', 'hello all')]);
  t.deepEqual(said, []);
  t.is(prompts[0], '#lobby> ');
  t.is(ended, null);
});

test('@name sends privately with a space or a colon, and a doubled dot or slash sends a line as text', async (t) => {
  const { calls } = await typeLines([
    '@bob hi',
    '@bob:again',
    '..bashrc is a file',
    '//x',
    '... .5 of it',
    '.msg bob',
    '@bob, hi',
  ]);
  t.deepEqual(calls, [
    queued('@bob', 'hi'),
    queued('@bob', 'again'),
    queued('#lobby', '.bashrc is a file'),
    queued('#lobby', '/x'),
    queued('#lobby', '... .5 of it'),
    queued('@bob', '@bob, hi'),
  ]);
});

test('a line that looks like a command is never sent', async (t) => {
  await assertRefused(
    t,
    '.flie secret.txt',
    /^unknown command \.flie: did you mean \.file\? put one more \. in front to send it as text$/,
  );
  await assertRefused(
    t,
    '/nonsense',
    /^unknown command \/nonsense: \.help lists them, put one more \/ in front to send it as text$/,
  );
  await assertRefused(t, '.msg', /^usage: \.msg NAME \[TEXT\]$/);
  await assertRefused(t, '@nobody hi', /^nobody is called nobody: \.users names everyone$/);
  await assertRefused(t, '@bob, hi', /^not sent: @bob TEXT is for bob alone, bob: TEXT is for everybody in #lobby$/);
  await assertRefused(t, '.msg nobody hi', /^nobody is called nobody/);
  await assertRefused(t, '.join #nowhere', /^there is no room #nowhere here$/);
  await assertRefused(t, 'x'.repeat(4097), /^too long: 4,097 bytes, a message holds 4,096$/);
  await assertRefused(t, '.theme dark', /^\.theme is for the screen/);
  await assertRefused(t, '.theme', /^\.theme is for the screen/);
  await assertRefused(t, '.pane right', /^\.pane is for the screen/);
  await assertRefused(t, '.passwd', /needs a terminal/);
  await assertRefused(t, '.keys export a.scx', /\.keys export asks for a password and needs a terminal/);
  await assertRefused(t, '.account close', /needs a terminal/);
  await assertRefused(t, '.account close secret', /usage: \.account close/);
});

test('from a pipe, a refused line makes the program end with an error; at a terminal it does not', async (t) => {
  const undone = [
    '@nobody hi',
    'x'.repeat(4097),
    '@bob, hi',
    '.msg nobody hi',
    '.flie',
    '.exit now',
    '.theme dark',
    '.download nothing',
    '.edit more',
    '.delete yes',
    '.verify nobody',
    '.verify bob maybe',
    '.mute nobody',
    '.block nobody',
    '.pause',
    '.devices all',
    '.passwd',
  ];
  for (const line of undone) {
    t.is((await typeLines([line, 'and this'], { unattended: true })).ended?.code, 'refused', line);
    t.is((await typeLines([line, 'and this'])).ended, null, line);
  }
  const done = ['.help', '.users', '.msg bob hi', '.search nothing', '.verify bob', '.exit'];
  t.is((await typeLines(done, { unattended: true })).ended, null);
});

test('from a pipe, a failed upload or download makes the program end with an error', async (t) => {
  for (const [call, line] of [
    ['upload', '.file /nonexist'],
    ['download', '.download f1'],
  ] as const) {
    const client = new FakeClient();
    client.allFiles = [file({ name: 'x' })];
    client.failures.set(call, new ClientError('usage', 'no such file'));
    const { ended, said } = await typeLines([line], { client, unattended: true });
    t.is(ended?.code, 'refused', line);
    t.true(said.includes('no such file'));
  }
});

test('lines keep their order and go to the open conversation', async (t) => {
  const { calls, said, prompts } = await typeLines(['/msg bob one', 'two', '.join lobby', 'three']);
  t.deepEqual(calls, [queued('@bob', 'one'), queued('@bob', 'two'), queued('#lobby', 'three')]);
  t.deepEqual(said, ['you write to @bob', 'you write to #lobby']);
  t.deepEqual([...new Set(prompts)], ['#lobby> ', '@bob> ']);
});

test('.exit takes no more lines', async (t) => {
  const { calls, ended } = await typeLines(['.exit', 'not sent']);
  t.deepEqual(calls, []);
  t.is(ended, null);
});

test('leaving does not wait for the answer to a command', async (t) => {
  const client = new FakeClient();
  client.safetyNumber = () => {
    setImmediate(() => client.emit({ type: 'link', link: { state: 'closed', reason: 'logged out', code: 'refused' } }));
    return new Promise(() => {});
  };
  const { calls, ended } = await typeLines(['.verify bob', 'not sent'], { client });
  t.deepEqual(calls, []);
  t.is(ended?.code, 'refused');
});

test('unread messages are printed and marked read, and older ones are counted', async (t) => {
  const client = new FakeClient();
  client.fill('#lobby', 60, (seq) => ({ text: `line ${seq}`, from: 'bob' }));
  const { greeting, said } = await typeLines(['.users'], { client });
  const all = [...greeting, ...said];
  t.true(all.includes('10 older unread messages in #lobby: securechat history #lobby'));
  t.is(all.filter((line) => line.startsWith('bob: line')).length, 50);
  t.is(
    all.findLast((line) => line.startsWith('bob: line')),
    'bob: line 60',
  );
  const marks = client.calls.filter(([name]) => name === 'markRead');
  t.deepEqual(marks, [
    ['markRead', '#lobby', 11],
    ['markRead', '#lobby', 60],
  ]);
});

test('a changed key blocks a message, and .verify solves it', async (t) => {
  const changed = (): FakeClient => {
    const client = new FakeClient();
    client.everybody = [person('alice'), person('bob', { changedTo: 'cd'.repeat(32) })];
    return client;
  };
  const blocked = await typeLines(['@bob hi', '.msg bob hi', '.file /tmp/x', '.verify bob same'], {
    client: changed(),
  });
  t.deepEqual(blocked.calls, []);
  t.is(blocked.said.filter((line) => line.startsWith("bob's key changed: .verify bob")).length, 4);
  const accepted = await typeLines(['.verify bob', '.verify bob accept', '@bob hi'], { client: changed() });
  t.deepEqual(accepted.calls, [['acceptKey', 'bob'], queued('@bob', 'hi')]);
  t.regex(accepted.said[0] ?? '', /^your number with bob: (\d{5} ){11}\d{5}$/);
});

test('passwords are asked for without echo, and again if the new one is refused', async (t) => {
  const done = await typeLines(['.passwd'], { secrets: ['old', 'long enough', 'long enough'] });
  t.deepEqual(done.calls, [['passwd', 'old', 'long enough']]);
  const again = await typeLines(['.passwd'], {
    secrets: ['old', 'short', 'long enough', 'other', 'long enough', 'long enough'],
  });
  t.deepEqual(again.calls, [['passwd', 'old', 'long enough']]);
  t.deepEqual(again.said.slice(0, 2), [
    'use 8 characters or more; a few words are easy to remember',
    'the two passwords differ',
  ]);
  const given = await typeLines(['.passwd', 'hi'], { secrets: ['old', 'short', 'short', 'short', 'long enough'] });
  t.deepEqual(given.calls, [queued('#lobby', 'hi')]);
  t.is(given.said.at(-1), 'the password stays as it was: .passwd begins again');
  t.is((await typeLines(['.passwd'], { secrets: ['old'] })).said.at(-1), 'cancelled');
});

test('.keys asks for its secrets without echo, and prints the words', async (t) => {
  const secrets = ['my secret', 'short', 'long enough', 'long enough'];
  const { calls, said } = await typeLines(['.keys export /tmp/a.scx'], { secrets });
  t.deepEqual(calls, [['exportKeys', '/tmp/a.scx', 'my secret', 'long enough']]);
  t.is(said[0], 'use 8 characters or more; a few words are easy to remember');
  t.is(said.join(' ').match(/abandon/g)?.length, 23);
  const rotated = await typeLines(['.keys rotate'], { secrets: ['my secret'] });
  t.deepEqual(rotated.calls, [['rotateKeys', 'my secret']]);
  t.regex(rotated.said[0] ?? '', /^your contacts seal to a new key from now on/);
  const given = await typeLines(['.keys export a.scx'], { secrets: ['old', 'short', 'short', 'short'] });
  t.is(given.said.at(-1), 'nothing was exported: .keys export begins again');
});

test('.account close prints what it means, asks for the password, and ends', async (t) => {
  const done = await typeLines(['.account close', 'hi'], { secrets: ['my secret'] });
  t.deepEqual(done.calls, [['closeAccount', 'my secret']]);
  t.is(done.ended, null);
  t.regex(done.said[0] ?? '', /^close the account alice at 127\.0\.0\.1:65345\? this cannot be undone$/);
  t.true(
    done.said.includes(
      'this machine keeps your keys and messages in /home/alice/profile; securechat cannot show them without the account',
    ),
  );
  t.is(done.said.at(-1), 'the account alice is closed');
  const kept = await typeLines(['.account close', 'hi'], { secrets: [''] });
  t.deepEqual(kept.calls, [queued('#lobby', 'hi')]);
  t.is(kept.said.at(-1), 'the account stays as it was');
});

test('the end waits for work in progress while it can succeed', async (t) => {
  const slow = new FakeClient();
  slow.stuck = true;
  setTimeout(() => {
    slow.settle(message({ id: 'q1', from: 'alice', seq: null, text: 'hi', state: 'sending' }));
  }, 150);
  t.is((await typeLines(['hi'], { client: slow })).ended, null);

  const cut = new FakeClient();
  cut.stuck = true;
  cut.link = { state: 'waiting', retryAt: 0, reason: 'no route' };
  const { ended } = await typeLines(['hi'], { client: cut, patience: 100 });
  t.is(ended?.code, 'unreachable');
  t.regex(ended?.message ?? '', /waits in the outbox/);

  const refusing = new FakeClient();
  refusing.stuck = true;
  setTimeout(() => {
    refusing.settle(message({ id: 'q1', from: 'alice', seq: null, text: 'hi', state: 'sending' }), 'failed');
  }, 50);
  const after = await typeLines(['hi'], { client: refusing });
  t.is(after.ended?.code, 'refused');
  t.true(after.said.some((line) => line.startsWith('not sent to #lobby: the daemon refused it')));
});

test(".away sets away, a sent message ends it, and .users shows one's own", async (t) => {
  const client = new FakeClient();
  client.everybody = [person('alice'), person('bob', { away: true }), person('carol', { online: false })];
  const { calls, said } = await typeLines(['.away', '.users', 'hello', '.away maybe'], { client });
  t.deepEqual(calls, [['away', true], queued('#lobby', 'hello'), ['away', false]]);
  t.regex(said[0] ?? '', /^you are away/);
  t.true(said.includes('bob, away'));
  t.true(said.includes('carol, offline'));
  t.deepEqual(said.slice(-2), ['you are no longer away', 'usage: .away [on|off]']);
});

test('line mode neither sends nor shows typing', async (t) => {
  const { calls, said } = await typeLines(['.msg bob', 'hello', '.typing on']);
  t.deepEqual(calls, [queued('@bob', 'hello')]);
  t.is(said.at(-1), 'line mode neither sends nor shows who is typing');
});

test('Tab completes names and commands', async (t) => {
  const { mode } = await typeLines([]);
  t.deepEqual(mode.complete('.down'), ['.download ']);
  t.deepEqual(mode.complete('@bo'), ['@bob ']);
  t.deepEqual(mode.complete('.msg c'), ['.msg carol ']);
});

test('a message that failed for an unknown name can be retried and removed after the next start', async (t) => {
  const client = new FakeClient();
  const failed = { seq: null, conversation: '@ghost', from: 'alice', state: 'failed', error: 'nobody has it' } as const;
  client.store.set('@ghost', [message({ id: 'f1', ...failed })]);
  const lines = ['.users', '.msg ghost', '.retry', '.delete yes', '.msg bob', '.users', '.msg ghost', '@ghost hi'];
  const { said, calls } = await typeLines(lines, { client });
  t.deepEqual(calls, [
    ['retry', 'f1'],
    ['remove', 'f1'],
  ]);
  t.true(said.includes('you write to @ghost'));
  t.is(said.filter((line) => line.startsWith('ghost')).length, 1, 'gone from the second list');
  t.is(said.filter((line) => line === 'nobody is called ghost: .users names everyone').length, 2);
});
