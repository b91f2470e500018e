/**
 * The scripts that names may use, and letters that terminals draw alike. It adds to Unicode's confusables (UTS #39,
 * confusables.ts) what that table lacks or what terminals draw narrower. A name uses ONE script of a closed list:
 * 1. Cyrillic (both cases) and Greek (by its capitals) are folded to the Latin or Cyrillic letter they resemble.
 * 2. A name of another script that has ONLY letters resembling Latin ones is refused: its small and capital forms
 *    resemble different Latin letters, so folding is impossible.
 * 3. Accents, hooks and strokes are removed, as are the signs on an Arabic alif; so are a few twins within the Japanese
 *    and Arabic scripts.
 *
 * A false alarm costs another name, a miss sends a message to the wrong person. So doubtful letters are folded.
 */

/**
 * For each script the letters of a name, with the marks that the script needs. Digits and `._-` are allowed in each.
 */
export const nameScripts: readonly RegExp[] = [
  // Latin without phonetic letters and small capitals, which look like ordinary letters.
  '[a-zA-Z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u017e\\u018f\\u0259\\u01a0\\u01a1\\u01af\\u01b0\\u01cd-\\u01dc\\u0218-\\u021b\\u1e00-\\u1eff]',
  '[\\u0386\\u0388-\\u03ce]',
  '[\\u0400-\\u045f\\u0490-\\u04ff]',
  '[\\p{Script=Armenian}&&\\p{L}]',
  '[\\u05d0-\\u05ea]',
  '[\\u0620-\\u063f\\u0641-\\u064a\\u0671-\\u06d3]',
  '[\\u10d0-\\u10f0]',
  ...[
    'Devanagari',
    'Bengali',
    'Gurmukhi',
    'Gujarati',
    'Tamil',
    'Telugu',
    'Kannada',
    'Malayalam',
    'Sinhala',
    'Thai',
    'Ethiopic',
  ].map((script) => `[\\p{Script=${script}}&&[\\p{L}\\p{M}]]`),
  '[\\uac00-\\ud7a3]',
  '[[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u30fc]&&\\p{L}]',
].map((letters) => new RegExp(`^(?:${letters}|[0-9._\\-])+$`, 'v'));

/**
 * Letters outside Latin and Cyrillic that look like a Latin letter or a digit, in the case in which they are written.
 */
export const latinLookAlikes = new Set(
  'αβγεηικμνορστυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧέήίόύώΆΈΉΊΌΎϊϋΪΫςგհոռսօցզյլտրւքեգդղէնՕՍՏԼՀՈՅՑՁՂןוסטחיםاهةوىഠዐፐรട丨口一丁丅工〇ロニエトー',
);

const latin: Record<string, string> = {
  a: 'аα',
  b: 'вьъβ',
  c: 'с',
  d: 'đԁ',
  e: 'еєэεҽҿ',
  h: 'нһћђңҥӈӊԋħηҕ',
  j: 'јʝ',
  k: 'кκқҝҟҡӄĸ',
  l: '1iіιłӏŀ',
  m: 'мμӎ',
  n: 'пνԥπŋ',
  o: '0оοөѳø',
  p: 'рρҏ',
  q: 'ԛ',
  r: 'гґғγ',
  s: 'ѕ',
  t: 'тτŧҭ',
  v: 'ѵ',
  w: 'шщԝ',
  x: 'хχҳӽӿ',
  y: 'уυүұ',
  z: 'ζ',
  3: 'зҙӡ',
  4: 'чҷҹӌ',
  6: 'б',
  л: 'λӆ',
  ф: 'φ',
  ж: 'җ',
};

const others: Record<string, string> = {
  ー: '一',
  ロ: '口囗',
  カ: '力',
  ニ: '二',
  エ: '工',
  ハ: '八',
  タ: '夕',
  ト: '卜',
  ミ: '彡',
  ヘ: 'へ',
  リ: 'り',
  ノ: '丿',
  土: '士',
  末: '未',
  日: '曰',
  ا: 'ٱ',
  ي: 'یىېۍ',
  ك: 'ک',
  ه: 'ةہەۀۃھ',
};

/** Maps a letter to the one that stands for all letters resembling it. */
export const foldedLetters: ReadonlyMap<string, string> = new Map(
  [latin, others].flatMap((table) =>
    Object.entries(table).flatMap(([target, letters]) =>
      [...letters].map((letter): [string, string] => [letter, target]),
    ),
  ),
);

/** Sequences of letters that look like one letter. */
export const lookAlikeSequences: readonly (readonly [string, string])[] = [
  ['rn', 'm'],
  ['vv', 'w'],
  ['cl', 'd'],
];
