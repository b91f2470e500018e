import test from 'ava';
import { helpLines } from '../../../../src/tui/commands/pages.ts';
import { type Editor, emptyEditor } from '../../../../src/tui/state/editor.ts';
import type { Overlay } from '../../../../src/tui/state/state.ts';
import { strings } from '../../../../src/tui/text/strings.ts';
import { width } from '../../../../src/tui/width/measure.ts';
import { draw, sizes } from '../../../helpers/screen/frames.tsx';
import { message } from '../../../helpers/screen/messages.ts';

const closingQuestion = {
  ask: 'close-account',
  name: 'alice',
  address: 'chat.example.org:65345',
  profile: '/home/alice/.local/share/securechat',
} as const;
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
  { kind: 'confirm', question: { ask: 'doubt', statement: 'it says so', question: 'Is it so?' }, at: 0, stray: false },
  { kind: 'fingerprint', name: 'bob', digits: '12345'.repeat(12), error: null, at: 0, stray: false },
  { kind: 'fingerprint', name: 'bob', digits: null, error: 'no keys yet', at: 0, stray: false },
  {
    kind: 'picker',
    folder: '/tmp',
    entries: [{ name: 'a'.repeat(300), folder: false, size: 1e9 }],
    note: 'a sentence '.repeat(20),
    query: emptyEditor,
    selected: 0,
  },
  {
    kind: 'secrets',
    form: 'passwd',
    fields: [{ before: 'secret', after: '' }, emptyEditor, emptyEditor],
    active: 1,
    error: { field: 0, text: 'wrong, '.repeat(20) },
    busy: false,
  },
  { kind: 'secrets', form: 'close-account', fields: [emptyEditor], active: 0, error: null, busy: false },
  {
    kind: 'secrets',
    form: { do: 'export', path: `/home/alice/${'a long folder/'.repeat(20)}alice.scx` },
    fields: [{ before: 'secret', after: '' }, { before: 'secret', after: '' }, emptyEditor],
    active: 1,
    error: { field: 1, text: 'wrong, '.repeat(20) },
    busy: false,
  },
  {
    kind: 'secrets',
    form: { do: 'check', path: '/tmp/alice.scx' },
    fields: [emptyEditor],
    active: 0,
    error: null,
    busy: true,
  },
  { kind: 'secrets', form: { do: 'rotate' }, fields: [emptyEditor], active: 0, error: null, busy: false },
  { kind: 'confirm', question: closingQuestion, at: 0, stray: false },
  { kind: 'pane', pane: 'people' },
  { kind: 'pane', pane: 'files' },
];

for (const size of sizes) {
  test(`every dialog fits into ${size.columns}x${size.rows}`, async (t) => {
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

test('all that the end of an account means is seen in the smallest window', async (t) => {
  const { after, enter } = draw(t, { columns: 60, rows: 15 });
  enter();
  const rows = await after({
    type: 'overlay',
    overlay: { kind: 'confirm', question: closingQuestion, at: 0, stray: false },
  });
  const seen = rows.map((row) => row.replace(/^.*?│ | +│.*$/g, '').trim()).join(' ');
  for (const line of [strings.closing.question(closingQuestion), ...strings.closing.means(closingQuestion)])
    t.true(seen.includes(line), `${line}\n${rows.join('\n')}`);
  t.regex(rows.join('\n'), /Esc or n keeps the account/);
});

test('the password dialog shows the strength, errors beside their field, and that Esc closes it', async (t) => {
  const { after, enter } = draw(t);
  enter();
  const fields = ['old secret', 'new secret', ''].map((before) => ({ before, after: '' })) as [Editor, Editor, Editor];
  const wrong = { field: 0 as const, text: strings.passwd.wrong };
  const overlay: Overlay = { kind: 'secrets', form: 'passwd', fields, active: 1, error: wrong, busy: false };
  const text = (await after({ type: 'overlay', overlay })).join('\n');
  t.regex(
    text,
    / {2}Password now .*•\s.*\n.*✗ not changed: the password now is wrong.*\n.*▸ New password .*•\s.*\n.*■+·* \w+/,
  );
  t.regex(text, /╰─ .*Esc closes/);
});

test('the form of an export names the file, and what is typed into it', async (t) => {
  const { after, enter } = draw(t);
  enter();
  const fields = ['old secret', 'new secret', ''].map((before) => ({ before, after: '' }));
  const form = { do: 'export', path: '/tmp/alice.scx' } as const;
  const overlay: Overlay = { kind: 'secrets', form, fields, active: 2, error: null, busy: false };
  const text = (await after({ type: 'overlay', overlay })).join('\n');
  t.regex(text, /Export the keys: \/tmp\/alice\.scx/);
  t.regex(text, / {2}Password .*•\s.*\n.* {2}Passphrase .*•\s.*\n.*■+·* \w+.*\n.*▸ /);
  const checking: Overlay = {
    ...overlay,
    form: { do: 'check', path: '/tmp/alice.scx' },
    fields: fields.slice(2),
    active: 0,
  };
  t.regex(
    (await after({ type: 'overlay', overlay: checking })).join('\n'),
    /the passphrase or the 24 words · Enter checks/,
  );
});

test('a join link stands on one line if the window has room for it', async (t) => {
  const { after, enter } = draw(t, { columns: 100 });
  enter();
  const link = `securechat://chat.example:65345#${'ab'.repeat(32)}`;
  const page = { kind: 'page' as const, title: 'x', lines: ['a sentence '.repeat(30), link], top: 0 };
  const rows = await after({ type: 'overlay', overlay: page });
  t.true(rows.some((row) => row.includes(link)));
});

test('help and pages wrap long lines in a narrow window', async (t) => {
  const { after, enter } = draw(t, { columns: 60, rows: 60 });
  enter();
  const said = (rows: string[]) => rows.map((row) => row.replace(/^ *│ | │ *$/g, '').trim()).join(' ');
  t.regex(
    said(await after({ type: 'overlay', overlay: { kind: 'help', top: 0 } })),
    /:emoji:, path; on an empty line, next pane/,
  );
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
