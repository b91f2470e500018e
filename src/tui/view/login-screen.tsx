import { Box } from 'ink';
import { textOf } from '../state/editor.ts';
import type { Login, LoginField } from '../state/login-form.ts';
import type { Notice, State } from '../state/state.ts';
import { groups } from '../text/format.ts';
import { strings } from '../text/strings.ts';
import { fill } from '../width/measure.ts';
import { errorRows, strengthRows } from './elements/below-field.ts';
import { Panel, type PanelProps, type PanelRow, paragraph } from './elements/panel.tsx';
import { useSelect } from './elements/use-store.ts';

const words = strings.login;
const WIDE = 64;
/** Width of a field's label, in cells. */
const LABEL = 10;
/** Aligns rows below a field with its text. */
const INDENT = ' '.repeat(LABEL + 2);

/** The login form: server, comparison of its key, account. */
export function LoginScreen() {
  const { columns, rows } = useSelect((state) => state.size);
  const panel = useSelect(loginPanel);
  if (panel === null) return null;
  return (
    <Box width={columns} height={rows}>
      <Panel {...panel} />
    </Box>
  );
}

/** The form and the cursor both ask for it after every event: the newest result is cached. */
let made: { from: readonly unknown[]; panel: PanelProps } | null = null;

/** The panel of the form; null on other screens. */
export function loginPanel({ screen, size, notice, overlay }: State): PanelProps | null {
  if (screen.name !== 'login') return null;
  const from = [screen.login, size, notice, overlay !== null];
  if (made === null || from.some((part, at) => part !== made?.from[at]))
    made = { from, panel: panelOf(screen.login, size, notice, overlay !== null) };
  return made.panel;
}

function panelOf(login: Login, size: State['size'], notice: Notice | null, isCovered: boolean): PanelProps {
  const { columns, rows } = size;
  const all: PanelRow[] = [
    { spans: [{ text: words.welcome, role: 'dim' }], spare: true },
    { spans: [] },
    ...(login.step === 'server' ? serverRows(login) : login.step === 'trust' ? trustRows(login) : accountRows(login)),
    { spans: [] },
    ...(login.waiting !== null
      ? paragraph(`◌ ${words.waits(login.waiting.reason, null)}`, WIDE - 4, 'warn')
      : login.busy !== null
        ? [{ spans: [{ text: `◌ ${words.progress[login.busy]}`, role: 'warn' as const }] }]
        : paragraph(notice?.text ?? ' ', WIDE - 4, notice?.tone === 'bad' ? 'bad' : 'plain')),
  ];
  const shown = fitted(all, rows - 2);
  return {
    title: strings.program,
    foot: footOf(login),
    rows: isCovered ? shown.map((row) => ('field' in row ? { ...row, active: false } : row)) : shown,
    columns: WIDE - 4,
    left: Math.max(0, Math.floor((columns - WIDE + 4) / 2)),
    top: Math.max(0, Math.floor((rows - shown.length - 2) / 3)),
  };
}

function footOf({ step, offered, waiting }: Login): string {
  if (waiting !== null) return words.waitFoot;
  if (step === 'trust' && offered?.stray) return words.strayFoot;
  return words[({ server: 'serverFoot', trust: 'trustFoot', account: 'foot' } as const)[step]];
}

/** The rows that fit: blank ones are left out first, then spare ones. */
function fitted(rows: readonly PanelRow[], room: number): PanelRow[] {
  const isBlank = (row: PanelRow) => 'spans' in row && row.spans.length === 0;
  const isSpare = (row: PanelRow) => 'spans' in row && row.spare === true;
  let left = [...rows];
  for (const goes of [isBlank, isSpare]) {
    let over = left.length - room;
    left = left.filter((row) => !(over > 0 && goes(row) && over-- > 0));
  }
  return left.slice(0, room);
}

function serverRows(login: Login): PanelRow[] {
  return [
    ...field(login, 'server', words.server, { placeholder: words.fallback(login.fallback), both: true }),
    { spans: [{ text: `${INDENT}${words.serverHint}`, role: 'dim' }], spare: true },
    ...(login.canStart ? [{ spans: [{ text: `${INDENT}${words.start}`, role: 'accent' as const }] }] : []),
  ];
}

function trustRows(login: Login): PanelRow[] {
  const { address, fingerprint, words: spoken } = login.offered ?? { address: '', fingerprint: '', words: '' };
  return [
    {
      spans: [
        { text: `${words.trustTitle}  `, role: 'title' },
        { text: address, role: 'accent' },
      ],
    },
    { spans: [] },
    ...paragraph(spoken, WIDE - 4, 'title'),
    { spans: [] },
    { spans: [{ text: groups(fingerprint.slice(0, 32)), role: 'dim' }] },
    { spans: [{ text: groups(fingerprint.slice(32)), role: 'dim' }] },
    { spans: [] },
    ...paragraph(words.trustHow, WIDE - 4),
  ];
}

function accountRows(login: Login): PanelRow[] {
  const password = textOf(login.fields.password);
  return [
    {
      spans: [
        { text: `  ${fill(words.server, LABEL)}`, role: 'dim' },
        { text: textOf(login.fields.server).replace(/^securechat:\/\/|#.*$/g, ''), role: 'plain' },
      ],
    },
    ...field(login, 'name', words.name),
    ...field(login, 'password', words.password, { mask: '•' }),
    ...(login.making ? strengthRows(password, textOf(login.fields.name), INDENT) : []),
    ...(login.making ? field(login, 'repeat', words.repeat, { mask: '•' }) : []),
    ...(login.making ? field(login, 'invite', words.invite, { placeholder: words.inviteHint }) : []),
    { spans: [] },
    {
      spans: [
        { text: `${words.toggle}  `, role: 'accent' },
        { text: login.making ? `[x] ${words.newHere}` : `[ ] ${words.newHere}`, role: 'plain' },
      ],
    },
    ...(login.making ? [{ spans: [{ text: words.forgotten, role: 'dim' as const }] }] : []),
  ];
}

/** A field, and below it its error. */
function field(
  login: Login,
  name: LoginField,
  label: string,
  look: { mask?: string; placeholder?: string; both?: true } = {},
): PanelRow[] {
  const error = login.errors[name];
  const row: PanelRow = {
    field: login.fields[name],
    label: fill(label, LABEL),
    active: login.active === name && login.busy === null,
    ...look,
  };
  return error === undefined ? [row] : [row, ...errorRows(error, INDENT, WIDE - 4)];
}
