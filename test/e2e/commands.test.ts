/** The shell commands as people and scripts use them. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { testAccounts } from '../helpers/daemon/test-accounts.ts';
import { jsonLines } from '../helpers/screen/cli.ts';

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

test.serial('send takes any words as text, and history prints objects with fixed fields', async (t) => {
  const { as } = await testAccounts(t);
  const plain = await as('alice', ['send', 'bob', '1e3']);
  t.deepEqual([plain.code, plain.stdout, plain.stderr], [0, 'sent to @bob\n', '']);
  t.is((await as('alice', ['send', '@bob', '--quiet', '--', '-x', '--json'])).code, 0);
  const [sent] = jsonLines(await as('alice', ['send', 'bob', 'a  b', 'c', '--json']));
  t.deepEqual(Object.keys(sent ?? {}), ['v', 'type', 'id', 'seq', 'at']);
  t.like(sent, { v: 1, type: 'sent', seq: 3 });
  t.is((await as('alice', ['send', 'bob'], { stdin: 'two\nlines\n\n' })).code, 0);

  const all = await as('bob', ['history', 'alice', '--json']);
  t.is(all.stderr, '');
  const messages = jsonLines(all);
  t.deepEqual(
    messages.map(({ text }) => text),
    ['1e3', '-x --json', 'a  b c', 'two\nlines\n'],
  );
  const { at, id, author, ...third } = messages[2] ?? {};
  t.is(id, sent?.id);
  t.is(at, sent?.at);
  t.regex(String(at), instant);
  t.regex(String(author), /^[0-9a-f]{64}$/);
  const shape = { conversation: '@alice', from: 'alice', to: 'bob', kind: 'text', text: 'a  b c', verified: false };
  t.deepEqual(third, { v: 1, type: 'message', seq: 3, ...shape });
  const people = jsonLines(await as('bob', ['users', '--json']));
  t.is(author, people.find(({ name }) => name === 'alice')?.fingerprint);

  const newest = jsonLines(await as('bob', ['history', '@alice', '--limit', '2', '--json']));
  t.deepEqual(newest, messages.slice(2));
  t.deepEqual(jsonLines(await as('bob', ['history', 'alice', '--since', String(at), '--json'])).at(-1), messages[3]);
  t.is((await as('bob', ['history', 'alice', '--since', '2999-01-01'])).stdout, '');
  t.regex((await as('bob', ['history', 'alice', '--limit', '1'])).stdout, /^\d\d:\d\d alice -> bob: two\n/);
});

test.serial('the lobby is for everybody, and users and files are listed', async (t) => {
  const { as, dir } = await testAccounts(t);
  t.is((await as('alice', ['send', '#lobby', 'to', 'all'])).stdout, 'sent to #lobby\n');
  const [message] = jsonLines(await as('bob', ['history', '#lobby', '--json']));
  t.like(message, { conversation: '#lobby', from: 'alice', to: null, text: 'to all' });
  const users = jsonLines(await as('bob', ['users', '--json']));
  t.deepEqual(Object.keys(users[0] ?? {}), ['v', 'type', 'name', 'online', 'fingerprint', 'verified']);
  t.deepEqual(
    users.map(({ name, online }) => [name, online]),
    [
      ['alice', false],
      ['bob', true],
    ],
  );

  await writeFile(join(dir, 'one.txt'), 'one');
  await writeFile(join(dir, 'two.txt'), 'two');
  const up = await as('alice', ['upload', 'bob', 'one.txt', 'two.txt', '--json']);
  t.is(up.stderr, '');
  const [one, two] = jsonLines(up);
  const keys = ['v', 'type', 'id', 'name', 'size', 'sha256', 'conversation', 'from', 'author', 'at'];
  t.deepEqual(Object.keys(one ?? {}), keys);
  t.like(two, { v: 1, type: 'file', name: 'two.txt', size: 3, conversation: '@bob', from: 'alice' });
  await as('alice', ['upload', '#lobby', 'one.txt']);
  t.deepEqual(
    jsonLines(await as('bob', ['files', '--json'])).map(({ conversation, name }) => [conversation, name]),
    [
      ['@alice', 'one.txt'],
      ['@alice', 'two.txt'],
      ['#lobby', 'one.txt'],
    ],
    'the newest last',
  );
  t.is(jsonLines(await as('bob', ['files', 'alice', '--json'])).length, 2);

  const several = await as('bob', ['download', 'one.txt', '--json']);
  t.is(several.code, 6);
  t.like(jsonLines(several)[0], { v: 1, type: 'error', code: 'refused' });
  t.true(several.stderr.includes(String(one?.id)));
  t.is((await as('bob', ['download', String(one?.id), '--out', 'out'])).code, 0);
  t.is((await as('bob', ['download', String(one?.id), '--downloads', 'out'])).code, 0);
  t.is(await readFile(join(dir, 'out', 'one (2).txt'), 'utf8'), 'one');
  const file = await as('bob', ['download', 'two.txt', '--out', join('out', 'one.txt')]);
  t.is(file.code, 2);
  t.regex(file.stderr, /out\/one\.txt is not a folder; choose another folder/);
});

test.serial(
  'listen prints each new message once, --wait-delivered waits for the receipt, and signals give 130 and 143',
  async (t) => {
    const { as, start } = await testAccounts(t);
    await as('alice', ['send', 'bob', 'while away']);
    const first = start('bob', ['listen', '--json']);
    await first.untilWritten(/while away/);
    const delivered = await as('alice', ['send', 'bob', 'here', '--wait-delivered']);
    t.deepEqual([delivered.code, delivered.stdout], [0, 'delivered to @bob\n']);
    await first.untilWritten(/"here"/);
    const { code, stdout, stderr } = await first.stop('SIGTERM');
    t.is(code, 143);
    t.is(stdout.trimEnd().split('\n').length, 2);
    t.is(stderr, 'listening as bob; press Ctrl+C to stop\n');

    const second = start('bob', ['listen', '--json', '--quiet']);
    await as('alice', ['send', 'bob', 'later']);
    await second.untilWritten(/later/);
    const ended = await second.stop('SIGINT');
    t.is(ended.code, 130);
    t.is(ended.stderr, '');
    t.deepEqual(
      jsonLines(ended).map(({ text }) => text),
      ['later'],
      'what was printed is read',
    );

    const waiting = start('alice', ['send', 'bob', 'nobody there', '--wait-delivered']);
    const bob = start('bob', ['listen']);
    await bob.untilWritten(/nobody there/);
    t.is((await waiting.ended).code, 0);
  },
);

test.serial('listen --exec passes the message as input, never as a command', async (t) => {
  const { as, start, dir } = await testAccounts(t);
  const text = '$(touch pwned); `touch pwned` "\' && touch pwned';
  const listening = start('bob', ['listen', '--exec', 'cat >> got; echo ran']);
  await as('alice', ['send', 'bob', text]);
  await listening.untilWritten(/ran/);
  await as('alice', ['send', 'bob', 'second']);
  await listening.untilWritten(/ran[\s\S]*ran/);
  await listening.stop();
  t.is(await readFile(join(dir, 'got'), 'utf8'), `${text}\nsecond\n`);
  t.false(existsSync(join(dir, 'pwned')));
});

test.serial('the environment and config.toml set options that the flags do not', async (t) => {
  const { as, dir, daemon } = await testAccounts(t, ['alice']);
  const toml = `server = "${daemon.join}"\nuser = "alice"\njson = true\n`;
  await writeFile(join(dir, 'alice', 'config.toml'), toml, { mode: 0o600 });
  const env = { SECURECHAT_SERVER: '', SECURECHAT_USER: '' };
  t.like(jsonLines(await as('alice', ['whoami'], { env }))[0], { type: 'me', name: 'alice' });
  const fromInput = ['whoami', '--profile', 'new', '--password-file', '-'];
  t.is((await as('alice', fromInput, { stdin: 'correct horse\n' })).code, 0);
  t.is((await as('alice', ['send', 'bob', '--password-file', '-'], { stdin: 'correct horse\n' })).code, 2);
});
