import test from 'ava';
import { parseArguments } from '../../../src/daemon/config/arguments.ts';

const parse = (...args: string[]) => parseArguments(args, '1.2.3');

const refused = test.macro(async (t, args: string[], message: RegExp) => {
  await t.throwsAsync(parseArguments(args, '0'), { name: 'UsageError', message });
});

test('the daemon starts with and without the start command', async (t) => {
  t.deepEqual(await parse(), { command: 'start', flags: {} });
  t.deepEqual(await parse('start', '--port', '0', '--host=::1'), {
    command: 'start',
    flags: { port: '0', host: '::1' },
  });
});

test('--no-broadcast takes no value', async (t) => {
  t.deepEqual(await parse('--no-broadcast', 'start'), { command: 'start', flags: { 'no-broadcast': 'yes' } });
});

test(
  'a word after --no-broadcast is read as a command',
  refused,
  ['--no-broadcast', 'false', 'start'],
  /no command "false"/,
);
test(
  'a wrong value of --no-broadcast is refused',
  refused,
  ['--no-broadcast=banana'],
  /--no-broadcast takes no value but yes or no/,
);

test('--help lists every option and the values of the limits', async (t) => {
  const help = await parse('--help');
  t.is(help.command, 'print');
  const text = 'text' in help ? help.text : '';
  for (const word of [
    '--data-dir',
    '--registration',
    '--quota',
    '--no-broadcast',
    'SECURECHAT_',
    'burst 200, then 60/s',
    'fingerprint',
  ]) {
    t.true(text.includes(word), word);
  }
});

test('--version prints the version', async (t) => {
  t.deepEqual(await parse('--version'), { command: 'print', text: '1.2.3' });
});

test('an unknown option is refused', refused, ['--prot', '1'], /prot/);
test('an option without its value is refused', refused, ['--port'], /port/);
test('a repeated option is refused', refused, ['--port', '1', '--port', '2'], /twice/);
test('an unknown command is refused', refused, ['serve'], /no command "serve"/);
test('a word after the command is refused', refused, ['start', 'now'], /takes no "now"/);
