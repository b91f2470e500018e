/** Safety numbers, names, file names and printable text. They are deterministic. */

import { safetyNumber } from '../../src/protocol/account/safety-number.ts';
import { hex } from '../../src/protocol/base/bytes.ts';
import { nameSkeleton } from '../../src/protocol/base/name-keys.ts';
import { isName, printable, safeFileName } from '../../src/protocol/base/safe-text.ts';
import type { Vector } from './vector.ts';

export function safetyVectors(): Vector[] {
  const fingerprint = (byte: number) => new Uint8Array(32).fill(byte);
  return [
    [1, 2],
    [2, 1],
    [1, 1],
    [0, 255],
  ].map(([a = 0, b = 0]) => ({
    what: 'a pair',
    verdict: 'accepted',
    given: { a: hex(fingerprint(a)), b: hex(fingerprint(b)) },
    gives: { number: safetyNumber(fingerprint(a), fingerprint(b)) },
  }));
}

const names = [
  'bob',
  'Bob',
  'b0b',
  'René',
  'Андрей',
  'ВОВ',
  'Ελένη',
  '山田たろう',
  'bоb',
  'a:b',
  '-x',
  '',
  'a b',
  'x'.repeat(33),
  'ﬁ',
  '..',
];
const paths = [
  '../users.txt',
  'a b.txt',
  'CON',
  'con.txt',
  '-rf',
  '.bashrc',
  'x. .',
  'a\0b',
  '',
  'user\u202egpj.exe',
  'C:\\x\\y.txt',
];
const texts = ['hi', 'a\x1b[31mb', 'a\u202eb', '👩🏽‍💻', 'a\u200db', `e${'\u0325'.repeat(5)}`, 'a\tb\r\nc', '\ufeffx'];

export function textVectors(): Vector[] {
  return [
    ...names.map((name) => ({
      what: 'name',
      verdict: isName(name) ? 'accepted' : 'refused',
      given: { name },
      gives: { skeleton: nameSkeleton(name) },
    })),
    ...paths.map((path) => ({
      what: 'file name',
      verdict: 'accepted',
      given: { path },
      gives: { fileName: safeFileName(path) },
    })),
    ...texts.map((text) => ({
      what: 'text',
      verdict: 'accepted',
      given: { text },
      gives: { printable: printable(text, { lines: true }) },
    })),
  ];
}
