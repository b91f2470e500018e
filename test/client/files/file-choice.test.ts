import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { chooseFile } from '../../../src/client/files/file-choice.ts';
import type { FileInfo } from '../../../src/client/types.ts';
import { printable } from '../../../src/protocol/base/safe-text.ts';

const file = (id: string, name: string): FileInfo => ({
  id: id.repeat(32),
  conversation: '@bob',
  from: 'bob',
  author: 'ab'.repeat(32),
  formerKey: false,
  name,
  type: '',
  size: 1,
  sha256: '0'.repeat(64),
  at: 0,
  sentAt: 0,
});
const files = [file('a', 'one.txt'), file('b', 'two.txt'), file('c', 'two.txt')];

test('a file is found by its name and by its id', (t) => {
  t.is(chooseFile(files, 'one.txt').id, 'a'.repeat(32));
  t.is(chooseFile(files, 'C'.repeat(32)).id, 'c'.repeat(32));
});

test('a file is found by its printed name', (t) => {
  const odd = [
    file('d', 'cafe\u0301.txt'),
    file('e', 'new\nline.txt'),
    file('f', '-rf.txt'),
    file('1', ' a  b.txt\u200b'),
  ];
  t.is(chooseFile(odd, 'caf\u00e9.txt').name, 'cafe\u0301.txt');
  t.is(chooseFile(odd, 'new line.txt').name, 'new\nline.txt');
  t.is(chooseFile(odd, '-rf.txt').name, '-rf.txt');
  for (const one of odd) {
    t.is(chooseFile(odd, one.name), one, 'the exact name, as --json has it');
    t.is(chooseFile(odd, printable(one.name)), one, 'the name as it is printed');
    t.is(chooseFile(odd, one.id.slice(0, 4).toUpperCase()), one, 'the beginning of the id');
  }
});

test('of two files with one name, the sentence says which is of a former key', (t) => {
  const two = [{ ...file('d', 'x'), formerKey: true }, file('e', 'x')];
  t.throws(() => chooseFile(two, 'x'), {
    message: /d{32} from bob \(former key\) in @bob.*\n.*e{32} from bob in @bob/,
  });
});

test('an exact name wins over a look-alike, and a name over an id', (t) => {
  const two = [file('d', 'cafe\u0301'), file('e', 'caf\u00e9'), file('f', 'dddd')];
  t.is(chooseFile(two, 'cafe\u0301').id, 'd'.repeat(32));
  t.is(chooseFile(two, 'caf\u00e9').id, 'e'.repeat(32));
  t.is(chooseFile(two, 'dddd').id, 'f'.repeat(32));
  t.throws(() => chooseFile(two, 'ddd'), { code: 'refused' }, 'three digits are too few');
});

test('several files with one name are listed by id; without a match the sentence says where to look', (t) => {
  const several = t.throws(() => chooseFile(files, 'two.txt'), { instanceOf: ClientError, code: 'refused' });
  t.true(several?.message.includes('b'.repeat(32)) && several.message.includes('c'.repeat(32)));
  const none = t.throws(() => chooseFile(files, 'three.txt'), { instanceOf: ClientError, code: 'refused' });
  t.regex(none?.message ?? '', /securechat files/);
});
