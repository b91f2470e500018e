import test from 'ava';
import fc from 'fast-check';
import {
  accountLine,
  emptyUsersFile,
  formatUsers,
  isComplete,
  parseUsers,
  type UsersLine,
  withAccount,
} from '../../../src/daemon/accounts/users-file.ts';

const ID = 'ab'.repeat(32);
const bytes = (text: string) => new TextEncoder().encode(text);
const kinds = (lines: UsersLine[]) => lines.map((line) => line.kind);
const problem = (text: string) => {
  const [line] = parseUsers(bytes(text));
  return line !== undefined && 'problem' in line ? line.problem : null;
};

test('comments, empty lines, accounts and legacy lines are told apart', (t) => {
  const text = `# who may log in\n\nalice:opaque1:abc_-9:${ID}:local-keys\nbob:s3cret\ncarol:opaque1:xyz::must-renew\n`;
  const lines = parseUsers(bytes(text));
  t.deepEqual(kinds(lines), ['other', 'other', 'account', 'legacy', 'account']);
  const [, , alice, bob, carol] = lines;
  t.like(alice, { account: { name: 'alice', record: 'abc_-9', flags: new Set(['local-keys']) } });
  t.like(bob, { name: 'bob', secret: 's3cret' });
  t.like(carol, { account: { idFp: null, flags: new Set(['must-renew']) } });
  t.is(new TextDecoder().decode(formatUsers(lines)), text);
});

test('a legacy password may contain anything, colons and hashes too', (t) => {
  t.like(parseUsers(bytes('bob:a:b#c: d'))[0], { kind: 'legacy', secret: 'a:b#c: d' });
  t.like(parseUsers(bytes('bob:opaque2'))[0], { kind: 'legacy', secret: 'opaque2' });
  t.like(parseUsers(bytes('bob:pw\r\n'))[0], { kind: 'legacy', secret: 'pw' });
});

test('a malformed line names its problem', (t) => {
  t.is(problem('nobody'), 'there is no colon after the name');
  t.is(problem('bob:'), 'there is no secret');
  t.regex(problem('a b:secret') ?? '', /name is not allowed/);
  t.is(problem('bob:opaque1:abc'), 'it does not have five fields');
  t.is(problem(`bob:opaque1:abc:${ID}::more`), 'it does not have five fields');
  t.is(problem(`bob:opaque1:a b:${ID}:`), 'the OPAQUE record is damaged');
  t.is(problem('bob:opaque1:abc:1234:'), 'the identity fingerprint is damaged');
  t.is(problem('bob:opaque1:abc::'), 'the identity fingerprint is damaged');
  t.is(problem(`bob:opaque1:abc:${ID}:Bad!`), 'the flags are damaged');
});

test('a line damaged after its name keeps the name, and its record is never read as a password', (t) => {
  const record = 'A'.repeat(256);
  const damaged = [`bob:opaque1:a b:${ID}:`, `bob:opaqve1:${record}:${ID}:`, `bob:${ID}:`, 'bob:', 'bob:opaque1:x'];
  for (const text of damaged) t.like(parseUsers(bytes(text))[0], { kind: 'damaged', name: 'bob' }, text);
  const binary = Uint8Array.from([...bytes('bob:opaque1:'), 0xff, 0x0a]);
  t.like(parseUsers(binary)[0], { kind: 'damaged', name: 'bob', problem: 'it is not UTF-8' });
});

test('no changed byte turns an account line into a legacy line, which would be overwritten', (t) => {
  const line = `bob:opaque1:${'Ab-_'.repeat(64)}:${ID}:local-keys`;
  fc.assert(
    fc.property(fc.nat(line.length - 1), fc.nat(255), (at, byte) => {
      const file = bytes(`${line}\n`);
      file[at] = byte;
      const parsed = (() => {
        try {
          return parseUsers(file);
        } catch {
          // A flag or version of a newer daemon: the start is refused.
          return [];
        }
      })();
      // A line feed may leave a legacy line as the first half; the second half is then unreadable.
      t.true(parsed.every(({ kind }) => kind !== 'legacy') || !isComplete(file, parsed));
    }),
    { seed: 7, numRuns: 3000 },
  );
});

test('a second line of a name and invalid UTF-8 are kept byte by byte', (t) => {
  const file = Uint8Array.from([...bytes('bob:one\nbob:two\n'), 0xff, 0xfe, 0x3a, 0x0a]);
  const lines = parseUsers(file);
  t.deepEqual(kinds(lines), ['legacy', 'malformed', 'malformed']);
  t.like(lines[1], { number: 2, problem: 'an earlier line has the same name' });
  t.deepEqual(formatUsers(lines), file);
});

test('a line of a newer daemon is refused with its line number', (t) => {
  t.throws(() => parseUsers(bytes('# x\nbob:opaque2:abc:def')), { message: /line 2.*opaque2.*newer/ });
  t.throws(() => parseUsers(bytes(`bob:opaque1:abc:${ID}:quantum`)), { message: /line 1.*quantum.*newer/ });
});

test('an account is read from users.txt as it was written', (t) => {
  const account = fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/),
    record: fc.stringMatching(/^[A-Za-z0-9_-]{1,300}$/),
    idFp: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    flags: fc.constantFrom(new Set<string>(), new Set(['local-keys'])),
  });
  fc.assert(
    fc.property(account, (made) => {
      const [line] = parseUsers(formatUsers([accountLine(made)]));
      t.like(line, { kind: 'account', account: { ...made, idFp: Uint8Array.from(made.idFp) } });
    }),
  );
});

const someone = (name: string) => ({ name, record: 'abc', idFp: new Uint8Array(32), flags: new Set<string>() });
const made = () => formatUsers([someone('alice'), someone('bob')].reduce(withAccount, parseUsers(emptyUsersFile)));
const isWhole = (file: Uint8Array) => isComplete(file, parseUsers(file));

test('a file made by the daemon is incomplete if it is cut anywhere, and complete if whole lines are removed', (t) => {
  const file = made();
  t.true(isWhole(emptyUsersFile));
  t.true(isWhole(file));
  const header = file.indexOf(10) + 1;
  for (let size = header; size < file.length; size++) t.false(isWhole(file.subarray(0, size)), `${size} bytes`);
  const text = new TextDecoder().decode(file);
  for (const name of ['alice', 'bob']) t.true(isWhole(bytes(text.replace(new RegExp(`^${name}:.*\n`, 'm'), ''))));
  t.true(isWhole(bytes(text.replaceAll('\n', '\r\n'))));
  t.true(isWhole(bytes(`${text}carol:secret\n`)), 'what is put behind the end is as good');
});

test('a file made by hand needs no end line and gets none', (t) => {
  const file = bytes(`# us\nalice:opaque1:abc:${ID}:\n`);
  t.true(isWhole(file));
  t.regex(
    new TextDecoder().decode(formatUsers(withAccount(parseUsers(file), someone('bob')))),
    /^# us\nalice:.*\nbob:.*\n$/,
  );
});

test('any file keeps its bytes; only a missing last line feed is added', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const file = bytes(text.replaceAll('opaque', ''));
      const back = Buffer.from(formatUsers(parseUsers(file)));
      const ended = file.length === 0 || file.at(-1) === 10;
      t.true(back.equals(ended ? file : Buffer.concat([file, Buffer.from('\n')])));
    }),
  );
});
