import { Box } from 'ink';
import { textOf } from '../editor.ts';
import { groups } from '../format.ts';
import { fill } from '../measure.ts';
import type { Login, LoginField } from '../state.ts';
import { strengthOf } from '../strength.ts';
import { strings } from '../strings.ts';
import type { Role } from '../theme.ts';
import { Panel, type PanelRow, paragraph } from './panel.tsx';
import { useSelect } from './use-store.ts';

const words = strings.login;
const WIDE = 64;
/** Cells of a field's label. */
const LABEL = 10;
/** Below a field's text: after the sign of the cursor and the label. */
const INDENT = ' '.repeat(LABEL + 2);

/** First start and later ones: which server, is it the one, who are you. */
export function LoginScreen() {
  const login = useSelect((state) => (state.screen.name === 'login' ? state.screen.login : null));
  const { columns, rows } = useSelect((state) => state.size);
  const notice = useSelect((state) => state.notice);
  const covered = useSelect((state) => state.overlay !== null);
  if (login === null) return null;
  const shown: PanelRow[] = [
    { spans: [{ text: words.welcome, role: 'quiet' }] },
    { spans: [] },
    ...(login.step === 'server' ? serverRows(login) : login.step === 'trust' ? trustRows(login) : accountRows(login)),
    { spans: [] },
    {
      spans:
        login.busy !== null
          ? [{ text: `◌ ${words.progress[login.busy]}`, role: 'warn' }]
          : notice !== null
            ? [{ text: notice.text, role: notice.tone === 'bad' ? 'bad' : 'plain' }]
            : [{ text: ' ', role: 'plain' }],
    },
  ];
  const height = shown.length + 2;
  return (
    <Box width={columns} height={rows}>
      <Panel
        title={strings.program}
        foot={login.step === 'trust' ? words.trustFoot : words.foot}
        rows={covered ? shown.map((row) => ('field' in row ? { ...row, active: false } : row)) : shown}
        columns={WIDE - 4}
        left={Math.max(0, Math.floor((columns - WIDE + 4) / 2))}
        top={Math.max(0, Math.floor((rows - height) / 3))}
      />
    </Box>
  );
}

function serverRows(login: Login): PanelRow[] {
  return [
    ...field(login, 'server', words.server, { placeholder: words.fallback(login.fallback) }),
    { spans: [{ text: `${INDENT}${words.serverHint}`, role: 'quiet' }] },
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
    { spans: [{ text: groups(fingerprint.slice(0, 32)), role: 'quiet' }] },
    { spans: [{ text: groups(fingerprint.slice(32)), role: 'quiet' }] },
    { spans: [] },
    ...paragraph(words.trustHow, WIDE - 4),
  ];
}

function accountRows(login: Login): PanelRow[] {
  const password = textOf(login.fields.password);
  const strength = strengthOf(password, textOf(login.fields.name));
  const roles: Role[] = ['bad', 'bad', 'warn', 'good', 'good'];
  return [
    {
      spans: [
        { text: `  ${fill(words.server, LABEL)}`, role: 'quiet' },
        { text: textOf(login.fields.server).replace(/^securechat:\/\/|#.*$/g, ''), role: 'plain' },
      ],
    },
    ...field(login, 'name', words.name),
    ...field(login, 'password', words.password, { mask: '•' }),
    ...(login.making && password !== ''
      ? [
          {
            spans: [
              {
                text: `${INDENT}${'■'.repeat(strength)}${'·'.repeat(4 - strength)} `,
                role: roles[strength] as Role,
              },
              { text: words.strength[strength], role: roles[strength] as Role },
            ],
          },
        ]
      : []),
    ...(login.making ? field(login, 'repeat', words.repeat, { mask: '•' }) : []),
    ...(login.making ? field(login, 'invite', words.invite, { placeholder: words.inviteHint }) : []),
    { spans: [] },
    {
      spans: [
        { text: `${words.toggle}  `, role: 'accent' },
        { text: login.making ? `[x] ${words.newHere}` : `[ ] ${words.newHere}`, role: 'plain' },
      ],
    },
  ];
}

/** A field, and below it what is wrong with it. */
function field(
  login: Login,
  name: LoginField,
  label: string,
  look: { mask?: string; placeholder?: string } = {},
): PanelRow[] {
  const error = login.errors[name];
  const row: PanelRow = {
    field: login.fields[name],
    label: fill(label, LABEL),
    active: login.active === name && login.busy === null,
    ...look,
  };
  return error === undefined
    ? [row]
    : [
        row,
        ...paragraph(error, WIDE - 6 - INDENT.length, 'bad').map((line, at) => indented(line, at === 0 ? '✗ ' : '  ')),
      ];
}

function indented(row: PanelRow, sign: string): PanelRow {
  return 'spans' in row ? { ...row, spans: [{ text: INDENT + sign, role: 'bad' }, ...row.spans] } : row;
}
