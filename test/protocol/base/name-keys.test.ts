import test from 'ava';
import fc from 'fast-check';
import { foldedLetters } from '../../../src/protocol/base/look-alikes.ts';
import { nameKeys, nameSkeleton } from '../../../src/protocol/base/name-keys.ts';
import { isName } from '../../../src/protocol/base/safe-text.ts';
import { firstNames } from '../../fixtures/first-names.ts';

const alike = (a: string, b: string) => nameKeys(a).some((key) => nameKeys(b).includes(key));

test('names that look alike share a key, in either order', (t) => {
  for (const [a, b] of [
    ['\u0110an', '\u00d0an'],
    ['Ays\u0259', '\u0410\u04af\u0455\u04d9'],
    ['\u0906\u0936\u093e', '\u0905\u093e\u0936\u093e'],
    ['\u05d3\u05d5\u05d3', '\u05d3\u0031\u05d3'],
    ['\u6236\u7530', '\u6238\u7530'],
    ['\u6236\u7530', '\u6237\u7530'],
    ['alice', 'alice.'],
    ['alice', '_alice__'],
    ['a.b', 'a..b'],
    ['\u00f8mer', 'omer'],
    ['dave', 'clave'],
    ['\u0138arl', 'karl'],
    ['bob', 'BOB'],
    ['bill', 'bi11'],
    ['Ian', 'lan'],
    ['bob', 'b0b'],
    ['rené', 'rene'],
    ['modern', 'rnodern'],
    ['wow', 'vvow'],
    ['łukasz', 'lukasz'],
    ['aŋa', 'ana'],
    ['\u0623\u062d\u0645\u062f', '\u0627\u062d\u0645\u062f'],
    ['\u0622\u062f\u0645', '\u0627\u062f\u0645'],
    ['\u0671\u062d\u0645\u062f', '\u0627\u062d\u0645\u062f'],
    ['Þór', 'þór'],
    ['Æsa', 'aesa'],
    ['ΓΟΡΑ', 'ГОРА'],
    ['ロ山', '口山'],
  ] as const) {
    t.true(isName(a) && isName(b), `${a} ${b}`);
    t.true(alike(a, b) && alike(b, a), `${a} ${b}`);
  }
});

test('plainly different names share no key', (t) => {
  const owners = new Map<string, string>();
  for (const name of firstNames) {
    const composed = name.normalize('NFKC');
    t.true(isName(composed), name);
    for (const key of nameKeys(composed)) {
      const owner = owners.get(key);
      if (owner !== undefined && owner !== composed) t.fail(`${owner} ${composed}`);
      owners.set(key, composed);
    }
  }
  t.true(firstNames.length > 500);
  for (const [a, b] of [
    ['a.b', 'a-b'],
    ['a.b', 'ab'],
    ['a_b', 'ab'],
    ['anna', 'ana'],
    ['bob', 'bobby'],
    ['_', '-'],
    ['user1', 'user2'],
  ] as const)
    t.false(alike(a, b), `${a} ${b}`);
});

test('the cost of folding in doubt: of these pairs of real names, one must choose another', (t) => {
  for (const [a, b] of [
    ['Clara', 'Dara'],
    ['Erna', 'Ema'],
    ['Ida', 'Lda'],
  ] as const)
    t.true(alike(a, b), `${a} ${b}`);
});

test('folding ends after one step, and a skeleton is its own skeleton', (t) => {
  for (const target of foldedLetters.values()) t.false(foldedLetters.has(target), target);
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zA-Z0-9._а-яα-ω-]{1,32}$/), (name) => {
      const skeleton = nameSkeleton(name);
      t.is(nameSkeleton(skeleton), skeleton, name);
    }),
    { seed: 7 },
  );
});

test('upper and lower case of a name share a key', (t) => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const letter = String.fromCodePoint(code);
    if (!isName(letter)) continue;
    for (const other of [letter.toUpperCase(), letter.toLowerCase()])
      if (other !== letter && !alike(other, letter)) t.fail(letter);
  }
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 32 }).filter(isName), (name) => {
      t.true(alike(name.toUpperCase(), name) && alike(name.toLowerCase(), name), name);
    }),
    { seed: 7 },
  );
});
