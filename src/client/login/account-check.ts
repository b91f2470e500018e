/**
 * Finds contradictions between the daemon's statements about an account and this profile. Statements may only move forward: the daemon
 * cannot undo what this profile has chosen or stored. After a contradiction nothing is sent until the person agrees; some
 * contradictions always fail.
 */
import { equal } from '../../protocol/base/bytes.ts';
import type { Welcome } from '../../protocol/wire/login-requests.ts';
import type { Ask, Doubt } from '../connect-types.ts';
import { ClientError } from '../errors.ts';
import type { Account } from '../keys/account-store.ts';
import { currentCard } from '../keys/my-keys.ts';

/** Returns what the person must agree to; null if nothing. @throws ClientError 'untrusted' for a contradiction that always fails */
export function findDoubt(welcome: Welcome, local: Account | null, name: string): Doubt | null {
  const { idFp, mustRenew, vault } = welcome;
  if (mustRenew) return local === null ? noKeysDoubt(name) : resetDoubt(local, name);
  if (idFp === null) throw untrustedError(`the server shows no identity for ${name}, and does not ask for one`);
  if (local === null) return null;
  if (!equal(currentCard(local.keys).idFp, idFp)) return otherIdentityDoubt(name);
  if (local.localKeys && !welcome.localKeys) throw untrustedError(wantsVaultSentence(name));
  if (!local.localKeys && welcome.localKeys)
    return {
      kind: 'keeps-no-vault',
      name,
      statement: `the server says that ${name} keeps its keys on one machine only, but this profile stores them at the server under the password, for your other machines`,
      question: 'Keep them only on this machine from now on?',
    };
  const given = vault?.version ?? 0;
  if (local.localKeys || given >= local.vaultStored) return null;
  return {
    kind: 'vault-back',
    name,
    statement: `the server has version ${given} of the stored keys of ${name}, but it had stored version ${local.vaultStored}: it was restored from a backup, or it lies`,
    question: 'Store the keys there again?',
  };
}

/** Checks the answer to a login by key. @throws ClientError 'untrusted' when it is not about the account of this profile */
export function checkKeyLogin({ idFp, mustRenew }: Welcome, local: Account, name: string): void {
  if (mustRenew || idFp === null)
    throw untrustedError(`the server says that ${name} has no keys, although it accepted them for the login`);
  if (!equal(currentCard(local.keys).idFp, idFp))
    throw untrustedError(`the server shows another identity for ${name} than the one that logged in`);
}

/** Asks the person about a doubt. @throws ClientError 'untrusted' unless the person agrees */
export async function confirmDoubt(ask: Pick<Ask, 'confirm'>, doubt: Doubt | null): Promise<void> {
  if (doubt === null || (await ask.confirm?.(doubt)) === true) return;
  const script = doubt.kind === 'no-keys' ? ' or give --new-keys' : '';
  throw untrustedError(doubt.statement, `log in from a terminal to answer${script}, or ask the operator of the server`);
}

/** Returns the doubt about a vault that is newer than this profile, but does not continue from its keys. */
export function otherKeysDoubt(name: string): Doubt {
  return {
    kind: 'other-keys',
    name,
    statement: `the keys of ${name} that are stored at the server do not continue from those of this profile`,
    question: 'Use them, and lose what only the keys of this profile can open?',
  };
}

/** Returns the doubt about a new account when this profile holds later keys of an earlier one with that name. */
export function earlierKeysDoubt(name: string): Doubt {
  return {
    kind: 'reset',
    name,
    statement: `this profile holds keys of an earlier account ${name}, and a new account cannot use them`,
    question: 'Make new keys in their place? Friends see a changed key, and the earlier messages stay unreadable',
  };
}

export function untrustedError(what: string, remedy = 'ask the operator of the server'): ClientError {
  return new ClientError('untrusted', `${what}; nothing was sent: ${remedy}`);
}

function noKeysDoubt(name: string): Doubt {
  return {
    kind: 'no-keys',
    name,
    statement: `the server says that ${name} has no keys yet. This is normal at the first login of an old account without keys, and after a reset`,
    question: 'Make new keys? If the account had keys, friends see a changed key, and old messages stay unreadable',
  };
}

function resetDoubt({ keys, vaultVersion, localKeys }: Account, name: string): Doubt | null {
  if (localKeys)
    throw untrustedError(
      wantsVaultSentence(name),
      `ask the operator of the server, or start over with another --profile`,
    );
  // The keys are from an interrupted attempt: the person agreed then.
  if (vaultVersion === 0) return null;
  const isFirst = currentCard(keys).cardSeq === 1;
  return {
    kind: 'reset',
    name,
    statement: `the server says that ${name} has no keys, but this profile holds them: the account was reset, or the server lies`,
    question: isFirst
      ? 'Store the same keys there again, under the password that you typed?'
      : 'Make new keys? Friends see a changed key, and old messages stay unreadable',
  };
}

function otherIdentityDoubt(name: string): Doubt {
  return {
    kind: 'other-identity',
    name,
    statement: `the server shows another identity for ${name} than this profile holds: the account was reset and renewed elsewhere, or the server lies`,
    question: 'Use that identity, and lose the keys of this profile?',
  };
}

function wantsVaultSentence(name: string): string {
  return `the server wants a copy of the keys of ${name}, but this profile keeps them only on this machine`;
}
