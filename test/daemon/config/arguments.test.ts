import test from 'ava';
import { parseArguments } from '../../../src/daemon/config/arguments.ts';

const parse = (...args: string[]) => parseArguments(args, '1.2.3');

const refused = test.macro(async (t, args: string[], message: RegExp) => {
  await t.throwsAsync(parseArguments(args, '0'), { name: 'UsageError', message });
});

test('starts without a command and with it', async (t) => {
  t.deepEqual(await parse(), { command: 'start', flags: {} });
  t.deepEqual(await parse('start', '--port', '0', '--host=::1'), {
    command: 'start',
    flags: { port: '0', host: '::1' },
  });
});

test('the switch takes no text', async (t) => {
  t.deepEqual(await parse('--no-broadcast', 'start'), { command: 'start', flags: { 'no-broadcast': 'yes' } });
});

test('a switch takes no following word', refused, ['--no-broadcast', 'false', 'start'], /no command "false"/);
test('a switch with a wrong value', refused, ['--no-broadcast=banana'], /--no-broadcast takes no value but yes or no/);

test('help holds every option and the figures of the limits', async (t) => {
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

test('the version', async (t) => {
  t.deepEqual(await parse('--version'), { command: 'print', text: '1.2.3' });
});

test('an unknown option', refused, ['--prot', '1'], /prot/);
test('an option without its value', refused, ['--port'], /port/);
test('an option twice', refused, ['--port', '1', '--port', '2'], /twice/);
test('an unknown command', refused, ['serve'], /no command "serve"/);
test('too many words', refused, ['start', 'now'], /takes no "now"/);
