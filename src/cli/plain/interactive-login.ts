/**
 * Logs in at a terminal for line mode: asks for server, name and password, one question after the other, as the login form of the
 * screen does.
 */

import type { Client } from '../../client/api/client-api.ts';
import type { ConnectOptions } from '../../client/connect-types.ts';
import { ClientError } from '../../client/errors.ts';
import { FORGOTTEN_PASSWORD } from '../../client/login/register.ts';
import { isSamePassword, newPasswordProblem } from '../../protocol/base/password.ts';
import { nameProblem } from '../../protocol/base/safe-text.ts';
import type { LoginBackend } from '../../tui/login/login-controller.ts';
import { strings } from '../../tui/text/strings.ts';
import { phrases } from './phrases.ts';

export type InteractiveLoginParts = {
  say(line: string): void;
  /** Asks for a line. @throws ClientError 'cancelled' */
  line(question: string): Promise<string>;
  /** Asks without echo. */
  secret(question: string): Promise<string>;
  greet: LoginBackend['greet'];
  /** `fingerprint`: the server key that the person accepted; null when it was known. */
  connect(account: Account & { server: string }, fingerprint: string | null): Promise<Client>;
  /** null to ask for it. */
  server: string | null;
  defaultServer: string;
  /** Accepts an unknown server without a question. */
  trustNew: boolean;
};

type Account = Pick<ConnectOptions, 'user' | 'register'> & { password: string };

/** Errors after which other answers may help. */
const mendable: ReadonlySet<unknown> = new Set(['login-refused', 'bad-name', 'name-taken', 'name-look-alike']);

/** @throws ClientError or Refusal when other answers cannot help */
export async function interactiveLogin(parts: InteractiveLoginParts): Promise<Client> {
  const { server, fingerprint } = await serverOf(parts);
  let account = await accountOf(parts);
  for (;;) {
    try {
      return await parts.connect({ ...account, server }, fingerprint);
    } catch (error) {
      const { code, message } = error as { code?: unknown; message: string };
      if (code !== 'bad-invite' && !mendable.has(code)) throw error;
      parts.say(message);
      account =
        code === 'bad-invite'
          ? { ...account, register: { invite: (await parts.line(phrases.askInvite)).trim() } }
          : await accountOf(parts);
    }
  }
}

/** Asks for the server until one answers and its key is accepted. */
async function serverOf(parts: InteractiveLoginParts): Promise<{ server: string; fingerprint: string | null }> {
  const { say, line, defaultServer } = parts;
  if (parts.server !== null) return { server: parts.server, fingerprint: await compared(parts, parts.server) };
  for (;;) {
    const server = (await line(phrases.askServer(defaultServer))).trim() || defaultServer;
    try {
      return { server, fingerprint: await compared(parts, server) };
    } catch (error) {
      if (!(error instanceof ClientError) || error.code === 'cancelled') throw error;
      say(error.message);
    }
  }
}

/** @throws ClientError 'untrusted' when the person rejects the key */
async function compared({ say, line, greet, trustNew }: InteractiveLoginParts, server: string): Promise<string | null> {
  const { offered } = await greet(server);
  if (offered === null) return null;
  const { address, fingerprint, words } = offered;
  say(phrases.offered(address, words));
  say(phrases.offeredInHex(fingerprint));
  if (!trustNew) {
    say(strings.login.trustHow);
    if (!(await yesOrNo({ say, line }, phrases.askTrust))) throw new ClientError('untrusted', strings.login.notTrusted);
  }
  return fingerprint;
}

async function accountOf(parts: InteractiveLoginParts): Promise<Account> {
  const { say, line, secret } = parts;
  const user = (await line(phrases.askName)).trim().normalize('NFC');
  const fault = nameProblem(user);
  if (fault !== null) {
    say(strings.login.errors.name[fault]);
    return accountOf(parts);
  }
  if (!(await yesOrNo(parts, phrases.askNew(user)))) return { user, password: await secret(phrases.askPassword(user)) };
  say(FORGOTTEN_PASSWORD);
  return { user, password: await newPassword(parts, user), register: {} };
}

async function newPassword({ say, secret }: InteractiveLoginParts, user: string): Promise<string> {
  const { errors } = strings.login;
  for (;;) {
    const password = await secret(phrases.askNewPassword(user));
    const fault = newPasswordProblem(password);
    if (fault !== null) say(fault);
    else if (isSamePassword(await secret(phrases.askAgain), password)) return password;
    else say(errors.repeat);
  }
}

/** Asks until the answer is yes or no. */
async function yesOrNo({ say, line }: Pick<InteractiveLoginParts, 'say' | 'line'>, question: string): Promise<boolean> {
  for (;;) {
    const answer = (await line(question)).trim();
    if (/^y(es)?$/i.test(answer)) return true;
    if (/^no?$/i.test(answer)) return false;
    say(phrases.yesOrNo);
  }
}
