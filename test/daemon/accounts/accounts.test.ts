import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { Accounts } from '../../../src/daemon/accounts/accounts.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const ID = 'ab'.repeat(32);

async function open(
  t: ExecutionContext,
  text: string | null,
  around: Partial<FileSystem> = {},
  known: readonly string[] = [],
) {
  const dir = await temporaryFolder(t);
  const path = join(dir, 'users.txt');
  if (text !== null) await fs.writeFile(path, text);
  const lines: { [field: string]: unknown }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const accounts = await Accounts.open({
    fs: { ...fs, ...around },
    dir,
    log,
    known: () => new Set(known),
    upgrade: async (name, secret) => Buffer.from(`${name}/${secret}`).toString('base64url'),
  });
  return { accounts, path, lines, read: () => fs.readFile(path, 'utf8') };
}

const account = (name: string) => ({
  name,
  idFp: new Uint8Array(32).fill(name.charCodeAt(0)),
  record: 'rec',
  flags: new Set<string>(),
});

test('a missing users.txt is created, readable by its owner only', async (t) => {
  const { read, path } = await open(t, null);
  t.regex(await read(), /^# /);
  t.is((await fs.stat(path)).mode & 0o777, 0o600);
});

test('legacy lines are upgraded in place; comments, order and unreadable lines stay', async (t) => {
  const { accounts, read, lines } = await open(
    t,
    `# first\nbob:secret\nwhat is this\n\nalice:opaque1:abc:${ID}:\n# last`,
  );
  const record = Buffer.from('bob/secret').toString('base64url');
  t.is(await read(), `# first\nbob:opaque1:${record}::must-renew\nwhat is this\n\nalice:opaque1:abc:${ID}:\n# last\n`);
  t.deepEqual([accounts.get('bob')?.idFp, [...(accounts.get('bob')?.flags ?? [])]], [null, ['must-renew']]);
  t.is(accounts.byIdentity(new Uint8Array(32).fill(0xab))?.name, 'alice');
  t.true(lines.some((line) => line.line === 3 && String(line.msg).includes('line 3 is skipped')));
  t.false(
    lines.some((line) => JSON.stringify(line).includes('what is this')),
    'a line may hold a secret',
  );
});

test('accounts added at the same time are all written to one file', async (t) => {
  const { accounts, read } = await open(t, '# us\n');
  const names = Array.from({ length: 50 }, (_, n) => `user${n}`);
  await Promise.all(names.map((name) => accounts.add(account(name))));
  const text = await read();
  t.deepEqual(
    accounts.all().map(({ name }) => name),
    names,
  );
  t.deepEqual(
    text
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(':')[0]),
    names,
  );
});

test('of two accounts added with the same name, one is refused', async (t) => {
  const { accounts, read } = await open(t, null);
  const outcomes = await Promise.allSettled([accounts.add(account('bob')), accounts.add(account('bob'))]);
  t.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  t.is((await read()).match(/^bob:/gm)?.length, 1);
});

test('a new name that is malformed, taken or a look-alike is refused', async (t) => {
  const { accounts } = await open(t, `paypal:opaque1:abc:${ID}:\n`);
  for (const name of ['', 'a:b', 'a b', '../x', 'x'.repeat(33), 'a\u001b', 'a\u202e']) {
    t.throws(() => accounts.checkNewName(name), { instanceOf: Refusal, code: 'bad-name' }, JSON.stringify(name));
  }
  t.throws(() => accounts.checkNewName('paypal'), { instanceOf: Refusal, code: 'name-taken' });
  t.throws(() => accounts.checkNewName('paypa1'), { instanceOf: Refusal, code: 'name-look-alike' });
  t.throws(() => accounts.checkNewName('paypal.'), {
    instanceOf: Refusal,
    code: 'name-look-alike',
    message: /looks like that of paypal;/,
  });
  t.notThrows(() => accounts.checkNewName('bob'));
});

test('a new password replaces the line of its account and keeps the identity key', async (t) => {
  const { accounts, read } = await open(t, 'bob:old\n# end\n');
  const renewed = await accounts.replaceRecord('bob', 'new-record', new Uint8Array(32).fill(0xab));
  t.is(await read(), `bob:opaque1:new-record:${ID}:\n# end\n`);
  t.is(accounts.get('bob'), renewed);
  await t.throwsAsync(accounts.replaceRecord('carol', 'x', null), { instanceOf: Refusal, code: 'no-such-user' });
});

test('a removed account leaves the other lines as they are, and its name is free', async (t) => {
  const { accounts, read } = await open(t, `# us\nalice:opaque1:abc:${ID}:\nwhat is this\n`);
  await accounts.add(account('bob'));
  const alice = { name: 'alice', idFp: new Uint8Array(32).fill(0xab) };
  await t.throwsAsync(accounts.remove({ ...alice, name: 'bob' }), { code: 'no-such-user' });
  await t.throwsAsync(accounts.remove({ ...alice, idFp: new Uint8Array(32) }), { code: 'no-such-user' });
  await accounts.remove(alice);
  t.regex(await read(), /^# us\nwhat is this\nbob:/);
  t.is(accounts.byIdentity(alice.idFp), undefined);
  t.throws(() => accounts.find('alice'), { code: 'no-such-user' });
  t.notThrows(() => accounts.checkNewName('al1ce'), 'a look-alike is free, too');
  await t.throwsAsync(accounts.remove(alice), { code: 'no-such-user' });
  await accounts.add({ ...account('alice'), idFp: new Uint8Array(32).fill(7) });
  t.deepEqual(
    [...accounts.after(null)].map(({ name }) => name),
    ['alice', 'bob'],
  );
});

test('an account stays when users.txt cannot be written', async (t) => {
  let full = false;
  const fail = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
  const { accounts } = await open(t, `alice:opaque1:abc:${ID}:\n`, {
    open: ((...args: Parameters<typeof fs.open>) => (full ? fail() : fs.open(...args))) as FileSystem['open'],
  });
  full = true;
  await t.throwsAsync(accounts.remove({ name: 'alice', idFp: new Uint8Array(32).fill(0xab) }), { instanceOf: Refusal });
  t.is(accounts.get('alice')?.record, 'abc');
});

test('attack: of two sessions that renew a legacy account at the same time, only the first succeeds', async (t) => {
  const { accounts } = await open(t, 'bob:old\n');
  const both = await Promise.allSettled([
    accounts.replaceRecord('bob', 'first', new Uint8Array(32).fill(1)),
    accounts.replaceRecord('bob', 'second', new Uint8Array(32).fill(2)),
  ]);
  t.deepEqual(
    both.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  t.deepEqual([accounts.get('bob')?.record, accounts.get('bob')?.idFp?.[0]], ['first', 1]);
  await t.throwsAsync(accounts.replaceRecord('bob', 'x', new Uint8Array(32)), {
    instanceOf: Refusal,
    code: 'conflict',
  });
  await accounts.replaceRecord('bob', 'third', null);
  t.is(accounts.get('bob')?.idFp?.[0], 1);
});

test('an edit by hand is never overwritten, and is read at the next write or reload', async (t) => {
  const { accounts, path, read } = await open(t, '# us\n');
  await fs.writeFile(path, `# by hand, longer than before\ncarol:opaque1:abc:${ID}:\n`);
  await accounts.add(account('bob'));
  t.regex(await read(), /^# by hand.*\ncarol:.*\nbob:.*\n$/);
  t.truthy(accounts.get('carol'));
  await fs.writeFile(path, '# nobody\n');
  await accounts.reload();
  t.deepEqual(accounts.all(), []);
});

test('an account is not added if users.txt cannot be written', async (t) => {
  let full = false;
  const { accounts, read } = await open(t, '# us\n', {
    rename: (from, to) => (full ? Promise.reject(new Error('no space left')) : fs.rename(from, to)),
  });
  full = true;
  await t.throwsAsync(accounts.add(account('bob')), { instanceOf: Refusal, code: 'internal' });
  t.is(accounts.get('bob'), undefined);
  full = false;
  await accounts.add(account('bob'));
  t.regex(await read(), /^# us\nbob:/);
});

const LONG = 'A'.repeat(256);

test('a damaged line keeps its bytes and its name, is logged, and admits no login', async (t) => {
  const text = `alice:opaque1:a b:${ID}:\nbob:opaqve1:${LONG}:${ID}:\ncarol:opaque1:abc:${ID}:\n`;
  const { accounts, lines, read } = await open(t, text, {}, ['alice', 'bob', 'carol']);
  for (const name of ['alice', 'bob']) {
    t.is(accounts.get(name), undefined);
    t.throws(() => accounts.checkNewName(name), { code: 'name-taken' });
    t.throws(() => accounts.find(name), { instanceOf: Refusal, code: 'busy' });
  }
  t.throws(() => accounts.checkNewName('a1ice'), { code: 'name-look-alike' });
  t.false(accounts.complete);
  t.is(accounts.find('carol').name, 'carol');
  t.deepEqual(
    lines.filter(({ evt }) => evt === 'users_line_damaged').map(({ level, line, user }) => [level, line, user]),
    [
      [50, 1, 'alice'],
      [50, 2, 'bob'],
    ],
  );
  await accounts.add(account('dave'));
  t.regex(await read(), new RegExp(`^${text.replaceAll('\n', '\\n')}dave:`), 'and nothing is written over it');
});

test('an account line torn in two is not read as a legacy line', async (t) => {
  const text = `alice:opa\nque1:${LONG}:${ID}:\nbob:secret\n`;
  const { accounts, read } = await open(t, text, {}, ['alice']);
  t.regex(await read(), /^alice:opa\nque1:A+:[a-f0-9]+:\nbob:opaque1:/);
  t.throws(() => accounts.find('alice'), { code: 'busy' });
});

test('if a line has no readable name, or the end of users.txt is missing, a known but unlisted account keeps its name', async (t) => {
  for (const text of ['dave;opaque1:abc:\n', `carol:opaque1:abc:${ID}:`]) {
    const { accounts } = await open(t, text, {}, ['dave']);
    t.false(accounts.complete);
    t.throws(() => accounts.checkNewName('dave'), { code: 'name-taken' });
  }
  const { accounts } = await open(t, `carol:opaque1:abc:${ID}:\n`, {}, ['dave']);
  t.true(accounts.complete);
  t.throws(() => accounts.find('dave'), { code: 'no-such-user' });
});

test('a users.txt without accounts stops the start if people are known; a reload or write then fails and keeps what is in memory', async (t) => {
  for (const text of ['# nobody\n', '', null]) {
    await t.throwsAsync(open(t, text, {}, ['alice']), { message: /users.txt .*1 person is known.*restore it/ });
  }
  const { accounts, path, lines } = await open(t, `alice:opaque1:abc:${ID}:\n`, {}, ['alice']);
  await fs.writeFile(path, '');
  await t.throwsAsync(accounts.reload(), { message: /holds no account/ });
  await t.throwsAsync(accounts.add(account('bob')), { instanceOf: Refusal, code: 'internal' });
  t.is(await fs.readFile(path, 'utf8'), '', 'and is not written over');
  await t.throwsAsync(accounts.add(account('carol')), { instanceOf: Refusal, code: 'internal' });
  const told = lines.filter(({ evt }) => evt === 'users_not_written').map(({ level }) => level);
  t.deepEqual(told, [40], 'a stranger who asks again adds no line');
  await fs.unlink(path);
  await t.throwsAsync(accounts.reload(), { message: /is missing/ });
  t.truthy(accounts.get('alice'));
  await accounts.add(account('bob'));
  t.regex(await fs.readFile(path, 'utf8'), /^alice:.*\nbob:/, 'what is known makes it again');
});

test('a users.txt of a newer daemon stops the start; a reload then fails and keeps what is in memory', async (t) => {
  await t.throwsAsync(open(t, 'bob:opaque9:abc:def:\n'), { message: /newer/ });
  const { accounts, path } = await open(t, `carol:opaque1:abc:${ID}:\n`);
  await fs.writeFile(path, 'bob:opaque9:abc:def:\n');
  await t.throwsAsync(accounts.reload(), { message: /newer/ });
  t.truthy(accounts.get('carol'));
});
