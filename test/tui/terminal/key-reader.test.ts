import test from 'ava';
import * as fc from 'fast-check';
import { type Input, KeyReader, type Wait } from '../../../src/tui/terminal/key-reader.ts';

/** The inputs in these bytes, in short form. */
function read(text: string | Uint8Array, final = true): string[] {
  const reader = new KeyReader();
  const inputs = reader.push(typeof text === 'string' ? Buffer.from(text) : text);
  while (final && reader.waitsFor !== null) inputs.push(...reader.timeout());
  return inputs.map(say);
}

function say(input: Input): string {
  if (input.type === 'text') return input.text;
  if (input.type === 'key') return `<${input.key}>`;
  if (input.type === 'paste') return `paste(${input.text})`;
  if (input.type === 'focus') return `focus(${input.focused})`;
  if (input.type === 'background') return input.light ? 'light' : 'dark';
  if (input.type === 'cell') return `cell(${input.row},${input.column})`;
  if (input.type === 'mode') return `mode(${input.mode},${input.state})`;
  if (input.type === 'device') return 'device';
  return `${input.action}(${input.x},${input.y})`;
}

const table: [string, string, string][] = [
  ['letters and Enter in one chunk', 'abc\r', 'a b c <enter>'],
  ['control letters', '\x01\x03\x0a\x17\x00', '<ctrl+a> <ctrl+c> <ctrl+j> <ctrl+w> <ctrl+space>'],
  ['tab, both backspaces', '\t\x7f\b', '<tab> <backspace> <backspace>'],
  ['arrows, normal and application', '\x1b[A\x1bOB', '<up> <down>'],
  ['home and end of every kind', '\x1b[H\x1b[1~\x1b[7~\x1bOF\x1b[4~', '<home> <home> <home> <end> <end>'],
  ['function keys', '\x1bOP\x1b[12~\x1b[[C\x1b[17~', '<f1> <f2> <f3> <f6>'],
  ['modified', '\x1b[1;5H\x1b[1;3A\x1b[6;3~\x1b[3~', '<ctrl+home> <alt+up> <alt+pgdn> <delete>'],
  [
    'alt with letter, digit, Enter, backspace',
    '\x1ba\x1b1\x1b\r\x1b\x7f',
    '<alt+a> <alt+1> <alt+enter> <alt+backspace>',
  ],
  ['shift tab', '\x1b[Z', '<shift+tab>'],
  ['rxvt alt arrow', '\x1b\x1b[A', '<alt+up>'],
  ['lone escapes', '\x1b', '<escape>'],
  ['two escapes', '\x1b\x1b', '<escape> <escape>'],
  ['focus', '\x1b[I\x1b[O', 'focus(true) focus(false)'],
  ['mouse', '\x1b[<0;3;2M\x1b[<0;3;2m\x1b[<64;1;1M\x1b[<65;1;1M', 'press(2,1) up(0,0) down(0,0)'],
  ['kitty', '\x1b[97u\x1b[97;5u\x1b[13;3u\x1b[27u\x1b[97;1:3u', 'a <ctrl+a> <alt+enter> <escape>'],
  ['kitty keypad', '\x1b[57400u\x1b[57414u', '1 <enter>'],
  ['modifyOtherKeys', '\x1b[27;5;107~\x1b[27;3;97~', '<ctrl+k> <alt+a>'],
  ['answers of the terminal', '\x1b]10;rgb:0/0/0\x07\x1b[?62;4c\x1bP1$r0m\x1b\\x', 'device x'],
  ['where the cursor is, which is no F3', '\x1b[2;3R\x1b[1;5R\x1b[1;1R', 'cell(2,3) <ctrl+f3> <f3>'],
  ['a mode that is asked for', '\x1b[?2027;1$y\x1b[?2027;2$yx', 'mode(2027,1) mode(2027,2) x'],
  [
    'the background, with either end and any number of digits',
    '\x1b]11;rgb:0000/0000/0000\x07\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\\x1b]11;rgb:f/f/f\x07\x1b]11;rgba:28/28/28/ff\x07x',
    'dark light light dark x',
  ],
  ['no background from what is no colour', '\x1b]11;rgb:fffff/0/0\x07\x1b]11;?\x07\x1b]11;red\x1b\\x', 'x'],
  ['nothing of an answer that stays unfinished', '\x1b]11;rgb:ffff/ff', ''],
  ['unknown sequences are not typed', '\x1b[99;99;99$qz', 'z'],
  ['a control inside breaks a sequence', '\x1b[1\x01b', '<ctrl+a> b'],
  ['C1 is dropped', 'a\u009bb', 'a b'],
  ['wide and emoji', '漢🙂', '漢 🙂'],
];
for (const [name, bytes, expected] of table) {
  test(`the bytes are read: ${name}`, (t) => t.is(read(bytes).join(' '), expected));
}

test('a paste is one input, whatever it contains', (t) => {
  t.deepEqual(read('\x1b[200~a\rb\x1b[Ac\x1b[201~d'), ['paste(a\rb\x1b[Ac)', 'd']);
});

test('a paste that never ends is given after the timeout, without the beginning of an end sequence', (t) => {
  t.deepEqual(read('\x1b[200~abc\x1b[20'), ['paste(abc)']);
  t.deepEqual(read('\x1b[200~\x1b[201~'), []);
});

test('a huge paste is cut off', (t) => {
  const [only] = read(`\x1b[200~${'x'.repeat(3 << 20)}\x1b[201~`);
  t.is(only?.length, 'paste()'.length + (1 << 20));
});

test('an unfinished sequence is dropped, and Alt+[ is a key', (t) => {
  t.deepEqual(read('\x1b[1;'), []);
  t.deepEqual(read('\x1b['), ['<alt+[>']);
});

const pieces = fc.constantFrom(
  ...table.map(([, bytes]) => bytes).filter((bytes) => !bytes.endsWith('\x1b')),
  '\x1b[200~one\r\ntwo\x1b[20x\x1b[201~',
);

test('property: any split of the bytes gives the same inputs', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 6 }),
      fc.infiniteStream(fc.nat(5)),
      (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        const whole = new KeyReader();
        const expected = whole.push(bytes).map(say);
        const split = new KeyReader();
        const got: string[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = 1 + (cuts.next().value as number);
          got.push(...split.push(bytes.subarray(at, at + size)).map(say));
          at += size;
        }
        t.deepEqual(got, expected);
        t.is(split.waitsFor, whole.waitsFor);
      },
    ),
  );
  t.pass();
});

test('property: no input but a paste contains a control character', (t) => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const reader = new KeyReader();
      for (const input of [...reader.push(bytes), ...reader.timeout()]) {
        if (input.type === 'text') t.notRegex(input.text, /\p{Cc}/u);
        if (input.type === 'key') t.notRegex(input.key, /\p{Cc}/u);
      }
    }),
  );
  t.pass();
});

test('a byte that is not part of a character is Alt with the eighth bit, but not in a paste', (t) => {
  t.deepEqual(read(Buffer.from([0xe1])), ['<alt+a>']);
  t.deepEqual(read(Buffer.from([0xe1, 0x62, 0xc3, 0xa1, 0xb1, 0x8d, 0xff])), [
    '<alt+a>',
    'b',
    'á',
    '<alt+1>',
    '<alt+enter>',
    '<alt+backspace>',
  ]);
  t.deepEqual(read(Buffer.from([0x9b, 0x41, 0x8f, 0x50])), ['<up>', '<f1>']);
  t.deepEqual(read(Buffer.from('\x1b[200~a\xe1b\x1b[201~', 'latin1')), ['paste(a\ufffdb)']);
});

/** Reads chunks with pauses in ms before them, with the waits of the gate. */
function readTimed(chunks: readonly (readonly [number, string])[], isSlow = false): string[] {
  const waits: Record<Wait, number> = { key: 50, split: 450, rest: 1000, paste: 30_000 };
  const reader = new KeyReader(isSlow);
  const found: Input[] = [];
  for (const [pause, text] of [...chunks, [60_000, ''] as const]) {
    for (let left = pause; ; ) {
      const wait = reader.waitsFor;
      if (wait === null || waits[wait] > left) break;
      left -= waits[wait];
      found.push(...reader.timeout());
    }
    found.push(...reader.push(Buffer.from(text)));
  }
  return found.map(say);
}

const torn: [string, string][] = [
  ['[D', 'left'],
  ['OA', 'up'],
  ['[1;5C', 'ctrl+right'],
  ['[3~', 'delete'],
  ['[[A', 'f1'],
  ['[13;3u', 'alt+enter'],
];

test('a lone ESC and the rest of its sequence within half a second are one key, and nothing is typed', (t) => {
  for (const pause of [49, 60, 200, 400, 499])
    for (const [rest, key] of torn) {
      const given = pause < 50 ? [] : ['<escape>'];
      const once: [number, string][] = [
        [0, '\x1b'],
        [pause, rest],
      ];
      t.deepEqual(readTimed(once), [...given, `<${key}>`]);
      t.deepEqual(readTimed(once, true), [`<${key}>`], 'far away, nothing is done for the ESC alone');
      // The reader learned it at the first one.
      const again = once.map(([wait, text]): [number, string] => [wait || 2000, text]);
      t.deepEqual(readTimed([...once, ...again]), [...given, `<${key}>`, `<${key}>`]);
    }
});

test('a letter typed after Esc is never lost', (t) => {
  for (const isSlow of [false, true]) {
    for (const text of ['[Dear', 'OK', '[', 'O', '[x', '[D and more', '[12', 'Dear'])
      t.deepEqual(
        readTimed(
          [
            [0, '\x1b'],
            [200, text],
          ],
          isSlow,
        ),
        ['<escape>', ...text],
      );
    const byHand: [number, string][] = [
      [0, '\x1b'],
      [200, '['],
      [120, 'D'],
    ];
    t.deepEqual(readTimed(byHand, isSlow), ['<escape>', '[', 'D']);
  }
  t.deepEqual(
    readTimed([
      [0, '\x1b'],
      [600, '[D'],
    ]),
    ['<escape>', '[', 'D'],
  );
});

test('after three lone Escs, Esc is quick again', (t) => {
  const lone: [number, string] = [2000, '\x1b'];
  const reader = new KeyReader(true);
  for (let i = 0; i < 3; i++) {
    reader.push(Buffer.from(lone[1]));
    t.deepEqual(reader.timeout().map(say), []);
    t.deepEqual(reader.timeout().map(say), ['<escape>']);
  }
  reader.push(Buffer.from(lone[1]));
  t.deepEqual(reader.timeout().map(say), ['<escape>']);
});

const stroke = fc.constantFrom(...torn.map(([rest]) => `\x1b${rest}`), '\x1b', 'a', '漢', '[', 'O', '\r');

test('property: however keys are split and delayed, no sequence is typed and no letter is lost', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(stroke, fc.integer({ min: 1, max: 480 })), { maxLength: 8 }),
      fc.boolean(),
      (all, far) => {
        const chunks: [number, string][] = all.flatMap(([text, pause]): [number, string][] =>
          text.length > 2
            ? [
                [2000, text.slice(0, 1)],
                [pause, text.slice(1)],
              ]
            : [[2000, text]],
        );
        const letters = all.map(([text]) => text).filter((text) => text.length === 1 && !/\p{Cc}/u.test(text));
        const said = readTimed(chunks, far);
        t.deepEqual(
          said.filter((input) => !input.startsWith('<')),
          letters,
        );
        const keys = new Map(torn.map(([rest, key]) => [`\x1b${rest}`, `<${key}>`]));
        t.deepEqual(
          said.filter((input) => input.startsWith('<') && input !== '<escape>' && input !== '<enter>'),
          all.flatMap(([text]) => keys.get(text) ?? []),
        );
      },
    ),
  );
});
