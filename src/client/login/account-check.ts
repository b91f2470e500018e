/**
 * What the daemon says of an account goes only forward: no flag of its undoes what this profile chose or has reached. Where it
 * says something else, nothing is sent until the person has agreed, and some things nobody can agree to.
 */
import { equal } from '../../protocol/base/bytes.ts';
import type { Welcome } from '../../protocol/wire/requests.ts';
import { ClientError } from '../errors.ts';
import type { Account } from '../keys/account-store.ts';
import { currentCard } from '../keys/my-keys.ts';
import type { Ask, Doubt } from '../types.ts';

/** What of a welcome the person has to agree to; null for one that fits. @throws ClientError 'untrusted' where nobody can agree */
export function findDoubt(welcome: Welcome, local: Account | null, name: string): Doubt | null {
  const { idFp, mustRenew, vault } = welcome;
  if (mustRenew) return local === null ? noKeysDoubt(name) : resetDoubt(local, name);
  if (idFp === null) throw untrustedError(`the server shows no identity for ${name}, and asks for none`);
  if (local === null) return null;
  if (!equal(currentCard(local.keys).idFp, idFp)) return otherIdentityDoubt(name);
  if (local.localKeys && !welcome.localKeys) throw untrustedError(wantsVaultSentence(name));
  if (!local.localKeys && welcome.localKeys)
    return {
      kind: 'keeps-no-vault',
      name,
      statement: `the server says that ${name} keeps the keys on one machine only, but this profile stores them at the server under the password, for your other machines`,
      question: 'Keep them on this machine only from now on?',
    };
  const given = vault?.version ?? 0;
  if (local.localKeys || given >= local.vaultStored) return null;
  return {
    kind: 'vault-back',
    name,
    statement: `the server has version ${given} of the stored keys of ${name}, but it had taken version ${local.vaultStored}: it was put back to an earlier state, or it lies`,
    question: 'Store them there again?',
  };
}

/** Of a login by key, which sends no keys. @throws ClientError 'untrusted' when it is not the account that this profile has */
export function checkKeyLogin({ idFp, mustRenew }: Welcome, local: Account, name: string): void {
  if (mustRenew || idFp === null)
    throw untrustedError(`the server says that ${name} has no keys, though it took them for the login`);
  if (!equal(currentCard(local.keys).idFp, idFp))
    throw untrustedError(`the server shows another identity for ${name} than the one that logged in`);
}

/** @throws ClientError 'untrusted' unless the person agrees */
export async function confirmDoubt(ask: Pick<Ask, 'confirm'>, doubt: Doubt | null): Promise<void> {
  if (doubt === null || (await ask.confirm?.(doubt)) === true) return;
  const script = doubt.kind === 'no-keys' ? ' or give --new-keys' : '';
  throw untrustedError(doubt.statement, `log in from a terminal to answer${script}, or ask the operator of the server`);
}

/** The copy at the server is newer than this profile, and does not lead on from its keys. */
export function otherKeysDoubt(name: string): Doubt {
  return {
    kind: 'other-keys',
    name,
    statement: `the keys of ${name} that are stored at the server do not lead on from those of this profile`,
    question: 'Take them, and lose what only the keys of this profile open?',
  };
}

export function untrustedError(what: string, remedy = 'ask the operator of the server'): ClientError {
  return new ClientError('untrusted', `${what}; nothing was sent: ${remedy}`);
}

function noKeysDoubt(name: string): Doubt {
  return {
    kind: 'no-keys',
    name,
    statement: `the server says that ${name} has no keys yet. That is right at the first login of an account that is older than its keys, and after a reset`,
    question: 'Make new keys? If there were others, friends see a changed key and old messages stay closed',
  };
}

function resetDoubt({ keys, vaultVersion, localKeys }: Account, name: string): Doubt | null {
  if (localKeys)
    throw untrustedError(
      wantsVaultSentence(name),
      `ask the operator of the server, or begin anew with another --profile`,
    );
  // Made by an attempt that was cut: the person has agreed.
  if (vaultVersion === 0) return null;
  const isFirst = currentCard(keys).cardSeq === 1;
  return {
    kind: 'reset',
    name,
    statement: `the server says that ${name} has no keys, but this profile holds them: the account was reset, or the server lies`,
    question: isFirst
      ? 'Give it the same keys again, under the password that you typed?'
      : 'Make new keys? Friends see a changed key, and old messages stay closed',
  };
}

function otherIdentityDoubt(name: string): Doubt {
  return {
    kind: 'other-identity',
    name,
    statement: `the server shows another identity for ${name} than this profile holds: the account was reset and renewed elsewhere, or the server lies`,
    question: 'Take that identity, and lose the keys of this profile?',
  };
}

function wantsVaultSentence(name: string): string {
  return `the server wants a copy of the keys of ${name}, which this profile keeps on this machine only`;
}
