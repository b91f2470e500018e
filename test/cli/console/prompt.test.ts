import { PassThrough } from 'node:stream';
import test from 'ava';
import { askPassword, askYesNo, type Terminal } from '../../../src/cli/console/prompt.ts';
import { ClientError } from '../../../src/client/errors.ts';

type Fake = Terminal & { shown: string[]; raw: boolean[]; type(text: string): void };

function fakeTerminal(): Fake {
  const keys = new PassThrough();
  const raw: boolean[] = [];
  const shown: string[] = [];
  return {
    keys: Object.assign(keys, { setRawMode: (on: boolean) => raw.push(on) }),
    write: (text) => shown.push(text),
    shown,
    raw,
    type: (text) => keys.write(text),
  };
}

test('a password is shown as stars, and raw mode ends afterwards', async (t) => {
  const terminal = fakeTerminal();
  const asked = askPassword(terminal, 'password for bob:');
  terminal.type('hun');
  terminal.type('ter2\r');
  t.is(await asked, 'hunter2');
  t.is(terminal.shown.join(''), 'password for bob: *******\n');
  t.deepEqual(terminal.raw, [true, false]);
});

test('backspace deletes a character, ctrl+u the line; arrow keys do nothing', async (t) => {
  const terminal = fakeTerminal();
  const asked = askPassword(terminal, '?');
  terminal.type('wrong\u0015pä\u007f\u007f\u007fp\u001b[A\u001bOC😀\r');
  t.is(await asked, 'p😀');
});

test('text typed ahead answers the next question', async (t) => {
  const terminal = fakeTerminal();
  const asked = askPassword(terminal, '?');
  terminal.type('one\rtwo\r');
  t.is(await asked, 'one');
  t.is(await askPassword(terminal, '?'), 'two');
});

test('ctrl+c and ctrl+d cancel and end raw mode', async (t) => {
  for (const key of ['\u0003', '\u0004']) {
    const terminal = fakeTerminal();
    const asked = askPassword(terminal, '?');
    terminal.type(`a${key}`);
    await t.throwsAsync(asked, { instanceOf: ClientError, code: 'cancelled' });
    t.deepEqual(terminal.raw, [true, false]);
  }
});

test('only y and yes count as yes', async (t) => {
  for (const [typed, answer] of [
    ['y', true],
    ['YES', true],
    ['', false],
    ['n', false],
    ['yep', false],
  ] as const) {
    const terminal = fakeTerminal();
    const asked = askYesNo(terminal, 'Trust it?');
    terminal.type(`${typed}\r`);
    t.is(await asked, answer, typed);
  }
});
