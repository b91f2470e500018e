/** A login with the ticket of an export: it needs no password, and may replace it. */

import type { Card } from '../../protocol/account/card.ts';
import type { ExportContents } from '../../protocol/account/export-contents.ts';
import { equal } from '../../protocol/base/bytes.ts';
import { ClientError } from '../errors.ts';
import type { Account } from '../keys/account-store.ts';
import { checkKeyLogin, untrustedError } from '../login/account-check.ts';
import type { LoginResult } from '../login/authenticator.ts';
import { viewDirectory } from '../login/directory-view.ts';
import { loginByKey } from '../login/login-exchange.ts';
import type { PreparedLogin } from '../login/prepare-login.ts';

/** `renewedSince`: the newest card of the account, when it is of a key that the export does not have; else null. */
export type ExportLogin = LoginResult & { renewedSince: Card | null };

/**
 * Logs in with the ticket of `exported`, and compares `account` with the directory. Stores nothing, and sends nothing else.
 * @param account its keys, perhaps with others of this profile
 * @throws ClientError 'login-refused' when the export was ended; 'untrusted', 'key-changed', 'unreachable'
 */
export function logInByExport(
  { authenticator, rsa }: Pick<PreparedLogin, 'authenticator' | 'rsa'>,
  exported: Pick<ExportContents, 'name' | 'device' | 'ticket' | 'daemon'>,
  account: Account,
): Promise<ExportLogin> {
  const { name, device, ticket } = exported;
  return authenticator.onNewLink(async ({ calls, daemonId, signSpki }) => {
    if (!equal(daemonId, exported.daemon.daemonId))
      throw untrustedError('the server is another one than the one of the export, although it has the same key');
    const { identity } = account.keys;
    const welcome = await loginByKey(calls, rsa, { name, identity, device, ticket, daemonId }).catch(explainEnded);
    checkKeyLogin(welcome, account, name);
    const view = await viewDirectory(calls, name, account);
    return {
      calls,
      welcome,
      account: view.kind === 'newer-card' ? view.account : account,
      daemonId,
      signSpki,
      renewedSince: view.kind === 'newer-key' ? view.card : null,
    };
  });
}

function explainEnded(error: unknown): never {
  if (!(error instanceof ClientError) || error.code !== 'login-refused') throw error;
  throw new ClientError(
    'login-refused',
    'this export no longer logs in: it was ended in the list of devices, or the account was reset. Its keys still open what they could: keys import --keys-only, then log in with the password',
  );
}
