import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { Gate, type UserInput } from '../../../src/tui/terminal/gate.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { noon } from '../../helpers/screen/messages.ts';

function open(terminal = new PassThrough()) {
  const clock = manualClock(noon);
  const seen: string[] = [];
  const note = (input: UserInput) => {
    if (input.type === 'key') seen.push(`<${input.key}>`);
    else seen.push(input.type === 'text' ? input.text : JSON.stringify(input));
  };
  const gate = new Gate(terminal, { clock, onInput: note });
  const settle = async () => {
    for (let i = 0; i < 20; i++) await turn();
    return seen.splice(0);
  };
  return { terminal, clock, gate, settle };
}

test('text and keys arrive in the order they were typed, the letters of a burst together', async (t) => {
  const { terminal, settle } = open();
  terminal.write('ab\rc\x01d');
  t.deepEqual(await settle(), ['ab', '<enter>', 'c', '<ctrl+a>', 'd']);
});

test('an input that an earlier question paused is read, with what was typed since', async (t) => {
  const asked = new PassThrough();
  asked.pause();
  asked.write('early');
  const { settle } = open(asked);
  t.deepEqual(await settle(), ['early']);
});

test('a long burst arrives in pieces without loss', async (t) => {
  const { terminal, settle } = open();
  const burst = 'añ漢🙂'.repeat(100);
  terminal.write(burst);
  const pieces = await settle();
  t.is(pieces.join(''), burst);
  t.true(pieces.length < 10);
});

test('a lone ESC becomes a key after 50 ms, half a sequence later', async (t) => {
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

test('an arrow key that a slow link splits after its ESC moves once and types nothing', async (t) => {
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

test('answers of the terminal are not taken as input, whatever was typed before them', async (t) => {
  const terminal = new PassThrough();
  const seen: string[] = [];
  new Gate(terminal, {
    clock: manualClock(noon),
    onInput: (input) => seen.push(input.type),
    onReply: (reply) => seen.push(reply.type),
  });
  terminal.write('ab\x1b[?2027;2$y\x1b[2;3R\x1b[?62c');
  for (let i = 0; i < 20; i++) await turn();
  t.deepEqual(seen, ['mode', 'cell', 'device', 'text']);
});

test('a stalled paste is shown and stays a paste: its line ends send nothing', async (t) => {
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

test('a paste without an end is over after half a minute of silence', async (t) => {
  const { terminal, clock, settle } = open();
  terminal.write('\x1b[200~one\x1b[20');
  await settle();
  clock.advance(31_000);
  terminal.write('\r');
  t.deepEqual(await settle(), ['{"type":"paste","text":"one"}', '<enter>']);
});

test('one input is handled in each turn, so that its effects begin before the next', async (t) => {
  const terminal = new PassThrough();
  const seen: string[] = [];
  new Gate(terminal, {
    clock: manualClock(noon),
    onInput: ({ type }) => {
      seen.push(type);
      void Promise.resolve().then(() => seen.push(`after ${type}`));
    },
  });
  terminal.write('a\rb');
  for (let i = 0; i < 20; i++) await turn();
  t.deepEqual(seen, ['text', 'after text', 'key', 'after key', 'text', 'after text']);
});

test('after close() no input is taken', async (t) => {
  const { terminal, gate, settle } = open();
  gate.close();
  terminal.write('abc');
  t.deepEqual(await settle(), []);
});
