import test from 'ava';
import { emptyLogin, type Login } from '../../../src/tui/state/login-form.ts';
import { themeNames } from '../../../src/tui/state/theme.ts';
import { strings } from '../../../src/tui/text/strings.ts';
import { draw } from '../../helpers/screen/frames.tsx';

const offered = { address: 'a:1', fingerprint: 'ab'.repeat(32), words: 'one two three four', at: 0, stray: false };

test('in the lowest window the form keeps its frame, whatever the error', async (t) => {
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

test('the reason for waiting stands whole in the form, and the key that ends it below', async (t) => {
  const { after } = draw(t, { columns: 60, rows: 20 });
  const reason = "the server's disk is full: try again later, or tell its operator";
  const waiting = { reason, giveUp() {} };
  const rows = await after({
    type: 'login',
    change: { ...emptyLogin('a:1', 'alice'), step: 'account', busy: 'login', waiting },
  });
  const text = rows.join(' ').replace(/[│ ]+/g, ' ');
  t.regex(
    text,
    /◌ the server's disk is full: try again later, or tell its operator; it is tried again until that works/,
  );
  t.true(
    rows.some((row) => row.includes('╰─ Esc gives up')),
    rows.join('\n'),
  );
});

test('every theme draws every step of the first start', async (t) => {
  for (const theme of themeNames) {
    const { after } = draw(t, { settings: { theme } });
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

const longForms: [string, Partial<Login>][] = [
  [
    'an error of two lines',
    { step: 'account', making: true, errors: { name: 'the name is taken, or else. '.repeat(3) } },
  ],
  ['the comparison', { step: 'trust', offered: { ...offered, words: 'acorn '.repeat(24) } }],
  ['a long error', { step: 'server', canStart: true, errors: { server: 'the key is another one. '.repeat(14) } }],
];
for (const [name, change] of longForms) {
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

test('the comparison says how to answer, and that typed text is no answer', async (t) => {
  const { after } = draw(t, { columns: 80 });
  const asked = await after({ type: 'login', change: { ...emptyLogin('a:1'), step: 'trust', offered } });
  t.true(asked.join('\n').includes(strings.login.trustFoot));
  const typed = await after({ type: 'typed', text: 'x' });
  t.true(typed.join('\n').includes(strings.login.strayFoot));
});

test('a notice is wrapped, not cut off', async (t) => {
  const { after } = draw(t, { columns: 100 });
  const rows = await after(
    { type: 'login', change: emptyLogin('a:1') },
    { type: 'notice', notice: { text: strings.login.notTrusted, tone: 'bad' } },
  );
  const said = rows.map((row) => row.replaceAll('│', '').trim()).join(' ');
  t.true(said.includes(strings.login.notTrusted), said);
});

test('a long join link shows its server, with the cursor at its end and without', async (t) => {
  const { after } = draw(t, { columns: 80 });
  const link = `securechat://chat.example:65345#${'0123456789abcdef'.repeat(4)}`;
  for (const busy of [null, 'connect'] as const) {
    const text = (await after({ type: 'login', change: { ...emptyLogin(link), busy } })).join('\n');
    t.regex(text, /securechat:\/\/chat\.example:65345#\d*….*89abcdef/);
  }
});

test("help in the form begins with the form's keys and names none of the chat", async (t) => {
  const { after } = draw(t, { columns: 100, rows: 40 });
  const text = (await after({ type: 'login', change: emptyLogin('a:1') }, { type: 'moved', move: 'help' })).join('\n');
  for (const keys of ['Ctrl+T', 'Ctrl+S', 'Ctrl+U']) t.true(text.includes(keys), keys);
  t.notRegex(text, /Ctrl\+K|\.help/);
});

test('the form shows what an empty field means, and a sign before the active field', async (t) => {
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

test('a long wrong value wraps between its letters and never leaves its sign alone', async (t) => {
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
