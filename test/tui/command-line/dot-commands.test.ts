import test from 'ava';
import * as fc from 'fast-check';
import { commandNames } from '../../../src/tui/command-line/command-names.ts';
import { commandTable, conversationOf, lineOf, parseLine } from '../../../src/tui/command-line/dot-commands.ts';
import { helpLines } from '../../../src/tui/commands/pages.ts';
import { actionFor, keyHelp, keyLabel, keyTable } from '../../../src/tui/state/keys.ts';

const table: [string, ReturnType<typeof parseLine>][] = [
  ['  ', { say: 'nothing' }],
  ['hello', { say: 'text', text: 'hello' }],
  ['..hidden', { say: 'text', text: '.hidden' }],
  ['//etc', { say: 'text', text: '/etc' }],
  ['@bob hi there', { say: 'private', to: 'bob', text: 'hi there' }],
  ['@bob:hi', { say: 'private', to: 'bob', text: 'hi' }],
  ['@bob: hi\nyou', { say: 'private', to: 'bob', text: 'hi\nyou' }],
  ['@bob', { say: 'addressed', to: 'bob', text: '@bob' }],
  ['@bob: ', { say: 'addressed', to: 'bob', text: '@bob:' }],
  ['.help', { say: 'command', name: '.help', rest: '' }],
  ['/HELP', { say: 'command', name: '.help', rest: '' }],
  ['.file /tmp/a b.txt', { say: 'command', name: '.file', rest: '/tmp/a b.txt' }],
  ['.flie x', { say: 'unknown', name: '.flie', like: '.file' }],
  ['.hlep', { say: 'unknown', name: '.hlep', like: '.help' }],
  ['/usr/bin/env', { say: 'unknown', name: '/usr/bin/env', like: null }],
  ['...', { say: 'text', text: '...' }],
  ['..', { say: 'text', text: '..' }],
  ['.', { say: 'text', text: '.' }],
  ['...help', { say: 'text', text: '...help' }],
  ['.5 is half', { say: 'text', text: '.5 is half' }],
  ['/ 2', { say: 'text', text: '/ 2' }],
  ['./a.out', { say: 'text', text: './a.out' }],
  ['//comment', { say: 'text', text: '/comment' }],
  ['..help', { say: 'text', text: '.help' }],
  ['@bob, look here', { say: 'addressed', to: 'bob', text: '@bob, look here' }],
  ["@bob's idea", { say: 'addressed', to: 'bob', text: "@bob's idea" }],
  ['@bob,', { say: 'text', text: '@bob,' }],
  ['.file', { say: 'misused', name: '.file' }],
  ['.quit smoking is hard', { say: 'misused', name: '.quit' }],
  ['.exit\nand more', { say: 'misused', name: '.exit' }],
];
for (const [line, said] of table) test(`reads ${JSON.stringify(line)}`, (t) => t.deepEqual(parseLine(line), said));

const start = fc.constantFrom('', '.', '/', '..', '//', '...', '../', ' ', '@bob ');
const word = fc.oneof(fc.constantFrom(...commandNames.map((name) => name.slice(1))), fc.string({ maxLength: 6 }));

test('property: no line that is sent begins with a command', (t) => {
  const isCommand = (line: string) =>
    /^[./]/.test(line) && commandNames.some((name) => line.slice(1) === name.slice(1));
  fc.assert(
    fc.property(start, word, fc.constantFrom('', ' x', '\n'), (sign, name, rest) => {
      const line = sign + name + rest;
      const said = parseLine(line);
      if (isCommand(line.trimEnd().split(/\s/)[0] ?? ''))
        t.true(said.say === 'command' || said.say === 'misused', line);
    }),
  );
});

test('property: lineOf makes the line that says a text', (t) => {
  fc.assert(
    fc.property(start, word, (sign, name) => {
      const text = (sign + name).trimEnd();
      fc.pre(text !== '' && !/^(\.\.|\/\/)\p{L}|^@/u.test(text));
      t.deepEqual(parseLine(lineOf(text)), { say: 'text', text });
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

test('every command that the key table names exists', (t) => {
  for (const { command } of keyHelp()) {
    for (const part of command === '' ? [] : command.split(', ')) {
      t.true((commandNames as readonly string[]).includes(part.split(' ')[0] ?? ''), part);
    }
  }
});

test('no key means two things in one place', (t) => {
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

test('keys that terminals keep for themselves are never the only way', (t) => {
  const unsure = /^(shift\+pg|ctrl\+pg|ctrl\+tab|ctrl\+shift\+|f1[01]$|ctrl\+(up|b|h|i|m)$)/;
  for (const { keys } of keyTable)
    t.false(
      keys.every((key) => unsure.test(key)),
      keys.join(),
    );
});

test('labels are as people write them', (t) => {
  t.is(keyLabel('ctrl+k'), 'Ctrl+K');
  t.is(keyLabel('alt+down'), 'Alt+↓');
  t.is(keyLabel('+'), '+');
  t.is(actionFor('?', ['people', 'pane', 'chat', 'anywhere']), 'help');
  t.is(actionFor('?', ['composer', 'field', 'chat', 'anywhere']), null);
});

test('a name may be typed in parts, as some keyboards do; the text stays as it is', (t) => {
  t.deepEqual(parseLine('@rene\u0301 cafe\u0301'), { say: 'private', to: 'ren\u00e9', text: 'cafe\u0301' });
  t.is(conversationOf('rene\u0301'), '@ren\u00e9');
});
