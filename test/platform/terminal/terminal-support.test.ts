import test from 'ava';
import { isScreenless } from '../../../src/platform/terminal/terminal-support.ts';

test('the screen needs two terminals, and no screen reader or dumb terminal', (t) => {
  const terminal = { isTTY: true };
  const at = (env: Record<string, string>, stdin = terminal, stdout = terminal) => isScreenless({ stdin, stdout, env });
  t.false(at({}));
  t.false(at({ INK_SCREEN_READER: 'false' }));
  t.false(at({ INK_SCREEN_READER: '' }));
  t.true(at({ INK_SCREEN_READER: 'true' }));
  t.true(at({ INK_SCREEN_READER: '1' }));
  t.true(at({ TERM: 'dumb' }));
  t.true(isScreenless({ stdin: {}, stdout: terminal, env: {} }));
  t.true(isScreenless({ stdin: terminal, stdout: {}, env: {} }));
});
