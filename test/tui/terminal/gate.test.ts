import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { Gate, type Person } from '../../../src/tui/terminal/gate.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { noon } from '../../helpers/screen/messages.ts';

function open(typing = () => true) {
  const terminal = new PassThrough();
  const clock = manualClock(noon);
  const seen: string[] = [];
  const note = (input: Person) => seen.push(input.type === 'key' ? `<${input.key}>` : JSON.stringify(input));
  const gate = new Gate(terminal, { clock, typing, onInput: note });
  gate.on('data', (text: Buffer) => seen.push(text.toString()));
  const settle = async () => {
    for (let i = 0; i < 20; i++) await turn();
    return seen.splice(0);
  };
  return { terminal, clock, gate, settle };
}

test('text goes to Ink, keys do not, and the order stays', async (t) => {
  const { terminal, settle } = open();
  terminal.write('ab\rc\x01d');
  t.deepEqual(await settle(), ['ab', '<enter>', 'c', '<ctrl+a>', 'd']);
});

test('without a text field, text is an input like any other', async (t) => {
  const { terminal, settle } = open(() => false);
  terminal.write('?');
  t.deepEqual(await settle(), ['{"type":"text","text":"?"}']);
});

test('a lone ESC is a key after 50 ms, half a sequence waits longer', async (t) => {
  const { terminal, clock, settle } = open();
  terminal.write('\x1b');
  t.deepEqual(await settle(), []);
  clock.advance(50);
  t.deepEqual(await settle(), ['<escape>']);
  terminal.write('\x1b[1;5');
  await settle();
  clock.advance(100);
  terminal.write('A');
  t.deepEqual(await settle(), ['<ctrl+up>']);
});

test('an arrow that a slow link tears apart after its ESC is one step, and types nothing', async (t) => {
  for (const pause of [50, 200, 400]) {
    const { terminal, clock, settle } = open();
    terminal.write('\x1b');
    await settle();
    clock.advance(pause);
    t.deepEqual(await settle(), ['<escape>']);
    terminal.write('[D');
    t.deepEqual(await settle(), ['<left>']);
    clock.advance(60_000);
    t.deepEqual(await settle(), []);
  }
});

test('what the terminal answers is no input, whatever was typed before it', async (t) => {
  const terminal = new PassThrough();
  const seen: string[] = [];
  const gate = new Gate(terminal, {
    clock: manualClock(noon),
    typing: () => true,
    onInput: (input) => seen.push(input.type),
    onReply: (reply) => seen.push(reply.type),
  });
  gate.on('data', (text: Buffer) => seen.push(text.toString()));
  terminal.write('ab\x1b[?2027;2$y\x1b[2;3R\x1b[?62c');
  for (let i = 0; i < 20; i++) await turn();
  t.deepEqual(seen, ['mode', 'cell', 'device', 'ab']);
});

test('a paste that stalls is shown and goes on as a paste: its line ends send nothing', async (t) => {
  const { terminal, clock, settle } = open();
  terminal.write('\x1b[200~first line\nsecond\x1b[2');
  await settle();
  clock.advance(1000);
  t.deepEqual(await settle(), ['{"type":"paste","text":"first line\\nsecond"}']);
  clock.advance(29_000);
  terminal.write('K half\rpassword: hunter2\r');
  t.deepEqual(await settle(), []);
  clock.advance(1000);
  t.deepEqual(await settle(), ['{"type":"paste","text":"\\u001b[2K half\\rpassword: hunter2\\r"}']);
  terminal.write('\x1b[201~\r');
  t.deepEqual(await settle(), ['<enter>']);
  t.deepEqual(clock.pending(), []);
});

test('a paste whose end was lost is over after half a minute of silence', async (t) => {
  const { terminal, clock, settle } = open();
  terminal.write('\x1b[200~one\x1b[20');
  await settle();
  clock.advance(31_000);
  terminal.write('\r');
  t.deepEqual(await settle(), ['{"type":"paste","text":"one"}', '<enter>']);
});

test('one piece a turn: what an input changes is seen by the next', async (t) => {
  let field = true;
  const terminal = new PassThrough();
  const seen: string[] = [];
  const gate = new Gate(terminal, {
    clock: manualClock(noon),
    typing: () => field,
    onInput: (input) => {
      field = !field;
      seen.push(input.type);
    },
  });
  gate.on('data', (text: Buffer) => seen.push(text.toString()));
  terminal.write('a\rb');
  for (let i = 0; i < 20; i++) await turn();
  t.deepEqual(seen, ['a', 'key', 'text']);
});

test('after close nothing is taken', async (t) => {
  const { terminal, gate, settle } = open();
  gate.close();
  terminal.write('abc');
  t.deepEqual(await settle(), []);
});
