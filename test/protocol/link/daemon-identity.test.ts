import test from 'ava';
import fc from 'fast-check';
import { equal, hex } from '../../../src/protocol/base/bytes.ts';
import {
  checkFingerprint,
  DEFAULT_PORT,
  daemonFingerprint,
  fingerprintWords,
  joinLink,
  parseAddress,
} from '../../../src/protocol/link/daemon-identity.ts';
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';

const fingerprint = daemonFingerprint({ link: fixtureSealKey('daemon-link'), sign: fixtureKey('daemon-sign') });

test('addresses and join links are parsed', (t) => {
  const cases: [string, string, number, boolean][] = [
    ['example.org', 'example.org', DEFAULT_PORT, false],
    ['localhost:1', 'localhost', 1, false],
    ['127.0.0.1:65535', '127.0.0.1', 65_535, false],
    ['[::1]:700', '::1', 700, false],
    ['[fe80::1%eth0]:700', 'fe80::1%eth0', 700, false],
    ['::1', '::1', DEFAULT_PORT, false],
    [' example.org:70 ', 'example.org', 70, false],
    ['securechat://example.org', 'example.org', DEFAULT_PORT, false],
    [`securechat://example.org:70/#${hex(fingerprint)}`, 'example.org', 70, true],
    [`SECURECHAT://[::1]:70#${hex(fingerprint).toUpperCase()}`, '::1', 70, true],
  ];
  for (const [text, host, port, known] of cases) {
    const link = parseAddress(text);
    t.deepEqual([link.host, link.port, link.fingerprint !== null], [host, port, known], text);
    if (link.fingerprint) t.true(equal(link.fingerprint, fingerprint));
  }
});

test('a malformed address is refused with the next step', (t) => {
  const bad = [
    '',
    ' ',
    'a b',
    'host:',
    'host:0',
    'host:65536',
    'host:1e3',
    'host:-1',
    'http://host',
    'user@host',
    ':80',
  ];
  bad.push('host/path', '[::1', 'host:80:80x', '\u001b[31mhost', '-host', 'a'.repeat(254), 'securechat://h/p#', '[]:1');
  for (const text of bad) t.throws(() => parseAddress(text), { code: 'text', message: /write host:port/ }, text);
  for (const end of ['abc', `${hex(fingerprint)}0`, 'g'.repeat(64)]) {
    t.throws(() => parseAddress(`securechat://host#${end}`), { code: 'text', message: /64 hexadecimal/ });
  }
});

test('a join link is parsed as it was printed', (t) => {
  const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(
      host,
      fc.integer({ min: 1, max: 65_535 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (h, p, f) => {
        const { host, port, fingerprint } = parseAddress(joinLink(h, p, f));
        t.deepEqual([host, port, hex(fingerprint ?? f.subarray(1))], [h, p, hex(f)]);
      },
    ),
  );
});

test('the parser throws only its own error', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        parseAddress(text);
      } catch (error) {
        t.like(error, { name: 'ProtocolError', code: 'text' });
      }
    }),
  );
});

test('the fingerprint covers all keys in their order', (t) => {
  const [link, sign] = [fixtureSealKey('daemon-link'), fixtureKey('daemon-sign')];
  t.notThrows(() => checkFingerprint(fingerprint, daemonFingerprint({ link, sign })));
  for (const other of [
    { link: { spki: sign.spki, xwingKey: link.xwingKey }, sign: link },
    { link: { ...link, xwingKey: fixtureSealKey('spare').xwingKey }, sign },
    { link, sign: fixtureKey('mallory-identity') },
  ])
    t.throws(() => checkFingerprint(fingerprint, daemonFingerprint(other)), { name: 'ProtocolError', code: 'key' });
});

test('the words cover the whole fingerprint', (t) => {
  const words = fingerprintWords(fingerprint).split(' ');
  t.is(words.length, 24);
  const other = Uint8Array.from(fingerprint);
  other[31] = (other[31] ?? 0) ^ 1;
  t.not(fingerprintWords(other), words.join(' '));
  t.is(fingerprintWords(new Uint8Array(32)), `${'abandon '.repeat(23)}art`);
});
