import test from 'ava';
import fc from 'fast-check';
import {
  invisibleCharacter,
  isSamePassword,
  newPasswordProblem,
  passwordText,
} from '../../../src/protocol/base/password.ts';

const utf8 = (hex: string) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(hex, 'hex'));

test('a new password with an invisible character is refused, and the sentence names the character, not the password', (t) => {
  const cases: [string, RegExp][] = [
    ['efbbbf736f6d6520676f6f642070617373776f72642039', /U\+FEFF\) at place 1/],
    ['736f6d6500676f6f642070617373', /U\+0000\) at place 5/],
    ['736f6d65e2808b676f6f642070617373', /U\+200B\) at place 5/],
    [Buffer.from('some\u202egood pass').toString('hex'), /U\+202E\) at place 5/],
    [Buffer.from('😀ab\tcdefgh').toString('hex'), /U\+0009\) at place 4/],
    [Buffer.from('some\ngood pass').toString('hex'), /U\+000A\) at place 5/],
    [Buffer.from('some\u00adgood pass').toString('hex'), /U\+00AD\) at place 5/],
    [Buffer.from('\u2800'.repeat(8)).toString('hex'), /U\+2800\) at place 1/],
  ];
  for (const [hex, sentence] of cases) {
    const fault = newPasswordProblem(utf8(hex)) ?? '';
    t.regex(fault, sentence);
    t.false(fault.includes('pass ') || fault.includes('some'), fault);
  }
});

test('passwords that are too short or too long are refused; letters, signs, spaces and emoji are accepted', (t) => {
  t.regex(newPasswordProblem('1234567') ?? '', /8 characters or more/);
  t.regex(newPasswordProblem('é'.repeat(513)) ?? '', /at most 1024 bytes/);
  for (const good of [
    '12345678',
    'correct horse',
    'пароль без имени',
    '密码密码密码密码',
    '😀😀😀😀😀😀😀😀',
    'a b c d e',
  ])
    t.is(newPasswordProblem(good), null, good);
});

test('a password typed on different systems is the same text', (t) => {
  t.is(passwordText('e\u0301t\u00e9 2026'), passwordText('\u00e9te\u0301\u00a02026'));
  t.is(passwordText('\ufeffsome good password'), 'some good password', 'an editor puts the mark there, no person');
  t.not(
    passwordText('ﬁsh and chips'),
    passwordText('fish and chips'),
    'compatibility is not folded, as RFC 8265 has it',
  );
});

test('any kind of space counts as a plain space, inside and at the ends, also in the confirmation', (t) => {
  for (const space of ['\u00a0', '\u1680', '\u2000', '\u2003', '\u202f', '\u205f', '\u3000']) {
    const typed = `${space}two${space}words${space}`;
    t.is(passwordText(typed), ' two words ');
    t.is(newPasswordProblem(typed), null);
    t.true(isSamePassword(typed, ' two words '));
  }
  t.true(isSamePassword('e\u0301t\u00e9 2026', '\u00e9te\u0301 2026'));
  t.false(isSamePassword('two words', 'two words '), 'a space more is another password');
});

test('the length that counts is that of the normalized password', (t) => {
  t.regex(newPasswordProblem('e\u0301'.repeat(7)) ?? '', /8 characters or more/);
  t.is(newPasswordProblem('e\u0301'.repeat(8)), null);
  t.is(newPasswordProblem(`${'\u3000'.repeat(1000)} is long`), null, 'of the bytes of each space one is left');
});

test('normalizing a password twice changes nothing, and an accepted one has no invisible characters', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (typed) => {
      const text = passwordText(typed);
      t.is(passwordText(text), text.replace(/^\ufeff/, ''));
      if (newPasswordProblem(typed) === null) t.is(invisibleCharacter(text), null);
    }),
    { seed: 7 },
  );
});

test('the same rules hold for a passphrase, by its name', (t) => {
  t.is(newPasswordProblem('a few words', 'passphrase'), null);
  t.regex(newPasswordProblem('a\u200bfew words', 'passphrase') ?? '', /^the passphrase has an invisible character/);
  t.is(newPasswordProblem('é'.repeat(513), 'passphrase'), 'a passphrase has at most 1024 bytes');
});
