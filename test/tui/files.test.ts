import test from 'ava';
import { ClientError } from '../../src/tui/client/errors.ts';
import type { FileInfo } from '../../src/tui/client/types.ts';
import { choose } from '../../src/tui/files.ts';

const file = (id: string, name: string): FileInfo => ({
  id: id.repeat(32),
  conversation: '@bob',
  from: 'bob',
  name,
  type: '',
  size: 1,
  sha256: '0'.repeat(64),
  at: 0,
  sentAt: 0,
});
const files = [file('a', 'one.txt'), file('b', 'two.txt'), file('c', 'two.txt')];

test('a file answers to its name and to its id', (t) => {
  t.is(choose(files, 'one.txt').id, 'a'.repeat(32));
  t.is(choose(files, 'C'.repeat(32)).id, 'c'.repeat(32));
});

test('several of one name are listed by id, none says where to look', (t) => {
  const several = t.throws(() => choose(files, 'two.txt'), { instanceOf: ClientError, code: 'refused' });
  t.true(several?.message.includes('b'.repeat(32)) && several.message.includes('c'.repeat(32)));
  const none = t.throws(() => choose(files, 'three.txt'), { instanceOf: ClientError, code: 'refused' });
  t.regex(none?.message ?? '', /securechat files/);
});
