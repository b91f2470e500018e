/** Maps a failed login to a field of the form and a sentence. */
import { printable } from '../../protocol/base/safe-text.ts';
import type { LoginField } from '../state/login-form.ts';
import { strings } from '../text/strings.ts';

export type LoginFault = { field: LoginField; error: string };

const fields: Readonly<Record<string, LoginField>> = {
  'bad-name': 'name',
  'name-taken': 'name',
  'name-look-alike': 'name',
  'bad-invite': 'invite',
  'registration-closed': 'invite',
  unreachable: 'server',
  'not-a-daemon': 'server',
  version: 'server',
  'key-changed': 'server',
  untrusted: 'server',
};

/** `making`: a new account was to be made. */
export function faultOf(error: unknown, making: boolean): LoginFault {
  const code = String((error as { code?: unknown }).code);
  const { errors } = strings.login;
  const said = sentenceOf(error);
  const field = (Object.hasOwn(fields, code) ? fields[code] : undefined) ?? 'password';
  if (making && code === 'name-taken') return { field, error: errors.taken(said) };
  if (!making && code === 'login-refused') return { field, error: errors.refused(said) };
  return { field: field === 'invite' && !making ? 'password' : field, error: said };
}

export function sentenceOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}
