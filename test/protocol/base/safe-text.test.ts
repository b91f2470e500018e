import test from 'ava';
import fc from 'fast-check';
import { nameSkeleton } from '../../../src/protocol/base/name-keys.ts';
import { isName, nameProblem, printable, safeFileName } from '../../../src/protocol/base/safe-text.ts';

const unicode = fc.string({ unit: 'binary', maxLength: 40 });
const england = '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}';
/** Strings of characters that drive terminals, reorder text or combine. */
const harmfulString = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\x1b',
        '[31m',
        ']52;c;',
        '\x07',
        '\x9b',
        '\u202e',
        'a',
        'é',
        '\u0301',
        '\u0489',
        '\ud800',
        '\n',
        '\r',
      ),
      fc.constantFrom(
        '\t',
        '\0',
        '👩',
        '\u200d',
        '💻',
        '\ufe0f',
        '🏽',
        '#',
        '*',
        '漢',
        '\u200b',
        '\u200c',
        'क',
        '\u094d',
        'ه',
      ),
      fc.constantFrom(
        '/',
        '\\',
        '.',
        '..',
        ' ',
        '-',
        '~',
        'CON',
        'nul',
        ':',
        '\u{e0041}',
        england,
        england.slice(2),
        '\u{1fffe}',
        '\u3164',
        '\u00a0',
      ),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    ),
    { maxLength: 400 },
  )
  .map((parts) => parts.join(''));

test('a name uses one script and characters that are plain to type and to read', (t) => {
  for (const name of [
    'bob',
    'a',
    'x'.repeat(32),
    'René',
    'ana-maria_2.0',
    'Андрей',
    'Ελένη',
    '山田たろう',
    '김철수',
    'प्रिया',
    'علی',
    '_x',
    '7',
  ])
    t.true(isName(name), name);
  for (const name of [
    '',
    'x'.repeat(33),
    'a b',
    'a:b',
    'a\u0007',
    'a\n',
    '-x',
    '.x',
    '..',
    '../x',
    '@bob',
    '#bob',
    'a/b',
    '😀',
    'a\u0301',
    'ﬁ',
    'ａ',
    'a\u200db',
    'ʟ',
    '\u0301',
    '٣',
  ])
    t.false(isName(name), JSON.stringify(name));
});

test('the refusal of a name says which rule it breaks', (t) => {
  for (const [name, fault] of [
    ['x'.repeat(33), 'length'],
    ['x'.repeat(100), 'length'],
    ['-x', 'start'],
    ['.x', 'start'],
    ['', 'characters'],
    ['a b', 'characters'],
    ['a\u0301', 'characters'],
    ['Ωmega', 'scripts'],
    ['Ꭰ', 'scripts'],
    ['ΝΙΝΑ', 'look-alike'],
    ['Ωμέγα', null],
    ['x'.repeat(32), null],
  ] as const)
    t.is(nameProblem(name), fault, name);
});

test('a name that mixes scripts is refused', (t) => {
  for (const name of ['bоb', 'αlice', 'bobі', 'daн', 'ユа']) t.false(isName(name), name);
});

test('a name of Latin look-alikes only is refused, or has the skeleton of its Latin twin', (t) => {
  for (const [foreign, latin] of [
    ['ВОВ', 'BOB'],
    ['сосо', 'coco'],
    ['раура', 'paypa'],
    ['ανα', 'ava'],
    ['ΝΙΝΑ', 'nina'],
    ['օսօ', 'ouo'],
    ['ഠ', 'o'],
    ['ס', 'o'],
    ['丨', 'l'],
  ] as const)
    t.true(!isName(foreign) || nameSkeleton(foreign) === nameSkeleton(latin), foreign);
});

for (const lines of [true, false])
  test(`printable text never drives a terminal, lines: ${lines}`, (t) => {
    const control = String.raw`[\p{C}--[\n\u200c\u200d]]|\p{Zl}|\p{Zp}|[\p{Zs}--\u0020]|[[\p{Mn}\p{Me}]--[\ufe0f\ufe0e]]{9}|[\u0300-\u036f]{4}`;
    const forbidden = new RegExp(lines ? control : `${control}|\n`, 'v');
    fc.assert(
      fc.property(fc.oneof(unicode, harmfulString), (s) => {
        const shown = printable(s, { lines });
        t.false(forbidden.test(shown.replace(/\p{RGI_Emoji_Tag_Sequence}/gv, '')), JSON.stringify([s, shown]));
        t.true(shown.isWellFormed());
        t.is(printable(shown, { lines }), shown);
        t.is(shown.normalize('NFC'), shown);
      }),
      { numRuns: 2000 },
    );
  });

test('ordinary text stays as it is', (t) => {
  for (const s of [
    'hi',
    'çà et là',
    '👩🏽‍💻 👨‍👩‍👧 🏳️‍🌈 ❤️ 1️⃣ 🇩🇪',
    'می‌خواهم',
    'क्‍ष',
    '日本語',
    'שלום',
    'a <b> & "c"',
    'Việt Nam',
    '\u{1f469}\u200d\u2764\ufe0f\u200d\u{1f468}',
  ])
    t.is(printable(s), s.normalize('NFC'));
});

test('the combining marks that a language needs are all shown', (t) => {
  const words = {
    Burmese: 'လျှိုကနှုတ်ခမ်း လျှို့ဝှက်',
    Tibetan: 'བསྒྲུབས་ ཧྐྵྨླྺྼྻྂ',
    Thai: 'ที่นี่น้ำ กู้ปั๊ม',
    Lao: 'ຢູ່ນີ້ໍ',
    Khmer: 'ស្ត្រីខ្ញុំ',
    Vietnamese: 'Nguyễn Thị Tưởng'.normalize('NFD'),
    Hebrew: 'בְּרֵאשִׁ֖ית בָּרָ֣א',
    Arabic: 'بِسْمِ ٱللَّٰهِ',
    Devanagari: 'र्त्स्न्यि क्ष्म्यै',
    Marathi: 'र्‍या',
    Bengali: 'র্ত্স্ন্য',
    Tamil: 'ஸ்ரீ',
    Lithuanian: 'i̇́ė̃',
    Yoruba: 'ọ̀ẹ́',
  };
  for (const [language, text] of Object.entries(words)) t.is(printable(text), text.normalize('NFC'), language);
  t.is(printable('ខ្ញុំ\u200bស្រឡាញ់\u200bអ្នក'), 'ខ្ញុំស្រឡាញ់អ្នក', 'a break of no width shows as nothing');
  t.is(printable('50\u202f€ 50\u00a0EUR'), '50 € 50 EUR');
});

test('removed characters leave a replacement character', (t) => {
  t.is(printable('a\x1b[31mb'), 'a\ufffd[31mb');
  t.is(printable('user\u202egpj.exe'), 'user\ufffdgpj.exe');
  t.is(printable('a\r\nb\nc\td', { lines: true }), 'a\nb\nc    d');
  t.is(printable('a\nb'), 'a b');
  t.is(printable(`e${'\u0325'.repeat(50)}!`), 'e\u0325\u0325\u0325\ufffd!');
  t.is(printable(`\u0e2a${'\u0e49'.repeat(50)}!`), `\u0e2a${'\u0e49'.repeat(8)}\ufffd!`);
  t.is(printable('pay\u202fpal \u200bx\u200b'), 'pay pal \ufffdx\ufffd');
  t.is(printable('\u0301x'), '\ufffdx');
  t.is(printable('a\u200db\ufe0f'), 'a\ufffdb\ufffd');
  t.is(printable('🏴\u{e0067}'), '🏴\ufffd');
});

test('tag characters stay where they make a regional flag, and hide nothing elsewhere', (t) => {
  const [flag = '', ...tags] = england;
  for (const s of [england, `a${england}b ${england}${england}`]) t.is(printable(s), s);
  t.is(printable(england.slice(0, -2)), `${flag}${'\ufffd'.repeat(5)}`);
  t.is(printable(`🏳${tags.join('')}`), `🏳${'\ufffd'.repeat(6)}`);
  t.is(printable(`${flag}\u{e0075}\u{e0073}\u{e0074}\u{e0078}\u{e007f}`), `${flag}${'\ufffd'.repeat(5)}`);
  t.is(printable(`${england}${tags.join('')}`), `${england}${'\ufffd'.repeat(6)}`);
  t.is(printable(`${england}\u200d👩\u200d${england}\ufe0f`), `${england}\ufffd👩\ufffd${england}\ufffd`);
});

test('a file name from another person cannot choose a folder', (t) => {
  const cases = {
    '../users.txt': 'users.txt',
    'a b.txt': 'a b.txt',
    CON: '_CON',
    'con.txt': '_con.txt',
    'COM¹.log': '_COM¹.log',
    'console.txt': 'console.txt',
    'C:\\Windows\\x.dll': 'x.dll',
    '/etc/passwd': 'passwd',
    '..': 'file',
    '': 'file',
    '/': 'file',
    'a/': 'a',
    '.bashrc': 'bashrc',
    '-rf': 'rf',
    '--help': 'help',
    '~root': 'root',
    'x. . .': 'x',
    'a\0b.txt': 'a_b.txt',
    'a\x1b]0;x\x07': 'a_]0;x_',
    'invoice\u202efdp.exe': 'invoice_fdp.exe',
    'a:stream': 'a_stream',
    'x.txt::$DATA': 'x.txt__$DATA',
  };
  for (const [given, safe] of Object.entries(cases)) t.is(safeFileName(given), safe);
  const long = safeFileName(`${'é'.repeat(300)}.tar.gz`);
  t.true(Buffer.byteLength(long) <= 240 && long.endsWith('é.gz'));
});

test('any string gives a safe file name, and a safe one stays as it is', (t) => {
  fc.assert(
    fc.property(fc.oneof(unicode, harmfulString, fc.string({ maxLength: 400 })), (s) => {
      const name = safeFileName(s);
      t.notRegex(name, /[/\\<>:"|?*\p{Cc}\u202a-\u202e\ufffd]|^[-. ~]|[. ]$|^$/u);
      t.notRegex(name, /^(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)/i);
      t.true(Buffer.byteLength(name) <= 240);
      t.is(safeFileName(name), name, JSON.stringify(s));
    }),
    { numRuns: 3000 },
  );
});
