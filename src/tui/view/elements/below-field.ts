/** Rows below a form field, behind `indent`: its error, and the strength of a new password. */
import { strengthOf } from '../../selectors/password-strength.ts';
import type { Role } from '../../state/theme.ts';
import { strings } from '../../text/strings.ts';
import { type PanelRow, paragraph } from './panel.tsx';

const roles: readonly Role[] = ['bad', 'bad', 'warn', 'good', 'good'];

/** `columns`: the width of the panel with its frame. */
export function errorRows(error: string, indent: string, columns: number): PanelRow[] {
  return paragraph(error, columns - 2 - indent.length, 'bad').map((row, at) =>
    'spans' in row
      ? { ...row, spans: [{ text: `${indent}${at === 0 ? '✗ ' : '  '}`, role: 'bad' }, ...row.spans] }
      : row,
  );
}

/** No rows for an empty password. */
export function strengthRows(password: string, name: string, indent: string): PanelRow[] {
  if (password === '') return [];
  const strength = strengthOf(password, name);
  const role = roles[strength] ?? 'plain';
  const bar = `${indent}${'■'.repeat(strength)}${'·'.repeat(4 - strength)} `;
  return [{ spans: [{ text: bar + strings.login.strength[strength], role }] }];
}
