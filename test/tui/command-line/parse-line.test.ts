import test from 'ava';
import * as fc from 'fast-check';
import { commandNames } from '../../../src/tui/command-line/command-names.ts';
import { lineOf, parseConversationName, parseLine } from '../../../src/tui/command-line/parse-line.ts';
import { commandTable } from '../../../src/tui/commands/dot-command-table.ts';
import { helpLines } from '../../../src/tui/commands/pages.ts';
import { actionFor, keyHelp, keyLabel, keyTable } from '../../../src/tui/state/keys.ts';

const table: [string, ReturnType<typeof parseLine>][] = [
  ['  ', { kind: 'nothing' }],
  ['hello', { kind: 'text', text: 'hello' }],
  ['..hidden', { kind: 'text', text: '.hidden' }],
  ['//etc', { kind: 'text', text: '/etc' }],
  ['@bob hi there', { kind: 'private', to: 'bob', text: 'hi there' }],
  ['@bob:hi', { kind: 'private', to: 'bob', text: 'hi' }],
  ['@bob: hi\nyou', { kind: 'private', to: 'bob', text: 'hi\nyou' }],
  ['@bob', { kind: 'addressed', to: 'bob', text: '@bob' }],
  ['@bob: ', { kind: 'addressed', to: 'bob', text: '@bob:' }],
  ['.help', { kind: 'command', name: '.help', rest: '' }],
  ['/HELP', { kind: 'command', name: '.help', rest: '' }],
  ['.file /tmp/a b.txt', { kind: 'command', name: '.file', rest: '/tmp/a b.txt' }],
  ['.flie x', { kind: 'unknown', name: '.flie', like: '.file' }],
  ['.hlep', { kind: 'unknown', name: '.hlep', like: '.help' }],
  ['/usr/bin/env', { kind: 'unknown', name: '/usr/bin/env', like: null }],
  ['...', { kind: 'text', text: '...' }],
  ['..', { kind: 'text', text: '..' }],
  ['.', { kind: 'text', text: '.' }],
  ['...help', { kind: 'text', text: '...help' }],
  ['.5 is half', { kind: 'text', text: '.5 is half' }],
  ['/ 2', { kind: 'text', text: '/ 2' }],
  ['./a.out', { kind: 'text', text: './a.out' }],
  ['//comment', { kind: 'text', text: '/comment' }],
  ['..help', { kind: 'text', text: '.help' }],
  ['@bob, look here', { kind: 'addressed', to: 'bob', text: '@bob, look here' }],
  ["@bob's idea", { kind: 'addressed', to: 'bob', text: "@bob's idea" }],
  ['@bob,', { kind: 'text', text: '@bob,' }],
  ['.file', { kind: 'misused', name: '.file' }],
  ['.quit smoking is hard', { kind: 'misused', name: '.quit' }],
  ['.exit\nand more', { kind: 'misused', name: '.exit' }],
];
for (const [line, parsed] of table)
  test(`the line ${JSON.stringify(line)} is parsed`, (t) => t.deepEqual(parseLine(line, commandTable), parsed));

const start = fc.constantFrom('', '.', '/', '..', '//', '...', '../', ' ', '@bob ');
const word = fc.oneof(fc.constantFrom(...commandNames.map((name) => name.slice(1))), fc.string({ maxLength: 6 }));

test('property: no line that is sent begins with a command', (t) => {
  const isCommand = (line: string) =>
    /^[./]/.test(line) && commandNames.some((name) => line.slice(1) === name.slice(1));
  fc.assert(
    fc.property(start, word, fc.constantFrom('', ' x', '\n'), (sign, name, rest) => {
      const line = sign + name + rest;
      const parsed = parseLine(line, commandTable);
      if (isCommand(line.trimEnd().split(/\s/)[0] ?? ''))
        t.true(parsed.kind === 'command' || parsed.kind === 'misused', line);
    }),
  );
});

test('property: lineOf() makes the line that sends a text', (t) => {
  fc.assert(
    fc.property(start, word, (sign, name) => {
      const text = (sign + name).trimEnd();
      fc.pre(text !== '' && !/^(\.\.|\/\/)\p{L}|^@/u.test(text));
      t.deepEqual(parseLine(lineOf(text), commandTable), { kind: 'text', text });
    }),
  );
});

test('.help lists every command once, with its arguments', (t) => {
  const lines = helpLines();
  t.is(lines.length, commandNames.length);
  for (const name of commandNames) {
    t.true(lines.some((line) => line.startsWith(`${name} ${commandTable[name].usage}`.trim())));
  }
});

test('every command in the key table exists', (t) => {
  for (const { command } of keyHelp()) {
    for (const part of command === '' ? [] : command.split(', ')) {
      t.true((commandNames as readonly string[]).includes(part.split(' ')[0] ?? ''), part);
    }
  }
});

test('no key has two meanings in one place', (t) => {
  const seen = new Set<string>();
  for (const { keys, places } of keyTable) {
    for (const key of keys) {
      for (const place of places) {
        t.false(seen.has(`${place} ${key}`), `${key} in ${place}`);
        seen.add(`${place} ${key}`);
      }
    }
  }
});

test('keys that terminals often use themselves are never the only way', (t) => {
  const unsure = /^(shift\+pg|ctrl\+pg|ctrl\+tab|ctrl\+shift\+|f1[01]$|ctrl\+(up|b|h|i|m)$)/;
  for (const { keys } of keyTable)
    t.false(
      keys.every((key) => unsure.test(key)),
      keys.join(),
    );
});

test('key labels are written as people write them', (t) => {
  t.is(keyLabel('ctrl+k'), 'Ctrl+K');
  t.is(keyLabel('alt+down'), 'Alt+↓');
  t.is(keyLabel('+'), '+');
  t.is(actionFor('?', ['people', 'pane', 'chat', 'anywhere']), 'help');
  t.is(actionFor('?', ['composer', 'field', 'chat', 'anywhere']), null);
});

test('a name may be typed with combining characters, and the text stays as it is', (t) => {
  t.deepEqual(parseLine('@rene\u0301 cafe\u0301', commandTable), {
    kind: 'private',
    to: 'ren\u00e9',
    text: 'cafe\u0301',
  });
  t.is(parseConversationName('rene\u0301'), '@ren\u00e9');
});
