/** Keeps the keys of this account equal in three places: this profile, the vault at the daemon, and the card in the directory. */
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { MAX_VAULT_KEYS, openVault, sealVault } from '../../protocol/account/vault.ts';
import { equal, H, utf8 } from '../../protocol/base/bytes.ts';
import type { Opaque } from '../../protocol/crypto/opaque.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import type { Welcome } from '../../protocol/wire/login-requests.ts';
import type { Ask } from '../connect-types.ts';
import type { Calls } from '../connection/calls.ts';
import { ClientError } from '../errors.ts';
import type { Account, AccountStore } from '../keys/account-store.ts';
import { mergeKeys } from '../keys/merge-keys.ts';
import { currentCard, makeKeys, needsRenewal, renewKeys } from '../keys/my-keys.ts';
import { checkKeyLogin, confirmDoubt, findDoubt, otherKeysDoubt } from './account-check.ts';
import { viewDirectory } from './directory-view.ts';
import type { PasswordLogin } from './login-exchange.ts';
import { replacePassword } from './register.ts';

export type KeySyncOptions = {
  store: AccountStore;
  rsa: Rsa;
  /** Called when a password is used; a login by key needs no OPAQUE. */
  opaque: () => Opaque;
  clock: Clock;
  random: Random;
  /** The daemon's fingerprint. */
  daemon: Uint8Array;
  daemonId: Uint8Array;
  name: string;
  ask: Pick<Ask, 'confirm'>;
};

export class KeySync {
  readonly #options: KeySyncOptions;

  constructor(options: KeySyncOptions) {
    this.#options = options;
  }

  /**
   * Call after a login by password. Returns the account with its newest keys, from this profile or the vault, and updates the other places.
   * @throws ClientError 'untrusted' when the daemon contradicts this profile, 'refused' when the keys are on another machine, 'key-changed'
   */
  async afterPasswordLogin(calls: Calls, login: PasswordLogin, password: string): Promise<Account> {
    const { store, daemon, name, ask, clock } = this.#options;
    const { welcome, exportKey } = login;
    const local = await store.load(daemon, name);
    const doubt = findDoubt(welcome, local, name);
    await confirmDoubt(ask, doubt);
    if (welcome.mustRenew) return this.#renewLegacy(calls, local, password);
    let account = await this.#newestKeys(calls, login, doubt?.kind === 'other-identity' ? null : local);
    if (doubt?.kind === 'keeps-no-vault') account = await store.save(daemon, name, { ...account, localKeys: true });
    const putVault = async (): Promise<void> => {
      if (account.localKeys) account = await store.save(daemon, name, account);
      else account = await this.#markStored(await this.putVault(calls, exportKey, welcome.recordHash, account));
    };
    // Without a vault, the daemon accepts nothing else. An older one means that storing it was interrupted.
    if ((welcome.vault?.version ?? 0) < account.vaultVersion || welcome.vault === null) await putVault();
    account = await store.save(daemon, name, await this.#agreeWithDirectory(calls, account));
    return needsRenewal(account.keys, clock) ? this.rotate(calls, login, account) : account;
  }

  /**
   * Call after a login by password. Makes a new encryption key and its card; the old key stays, for reading. Stores them first in the
   * vault, then in this profile, then in the directory: after an interruption, the keys are as before, or the next login by
   * password continues.
   */
  async rotate(calls: Calls, { welcome, exportKey }: PasswordLogin, account: Account): Promise<Account> {
    const { store, rsa, clock, daemon, name } = this.#options;
    let renewed = { ...account, keys: await renewKeys(rsa, clock, account.keys, true) };
    if (!account.localKeys) {
      const version = Math.max(account.vaultVersion, welcome.vault?.version ?? 0) + 1;
      renewed = { ...renewed, vaultVersion: version, vaultStored: version };
      await this.storeVault(calls, exportKey, welcome.recordHash, renewed);
    }
    const stored = await store.save(daemon, name, renewed);
    await this.#putCard(calls, stored);
    return stored;
  }

  /**
   * Call after a login by key. Returns the account, and renews its card if needed.
   * @throws ClientError 'login-refused' when they are not the newest, 'untrusted' when the daemon contradicts them
   */
  async afterKeyLogin(calls: Calls, welcome: Welcome, account: Account): Promise<Account> {
    const { store, rsa, daemon, name, clock } = this.#options;
    checkKeyLogin(welcome, account, name);
    let agreed = await this.#agreeWithDirectory(calls, account);
    if (agreed !== account) agreed = await store.save(daemon, name, agreed);
    if (!needsRenewal(agreed.keys, clock)) return agreed;
    // A new key needs a new vault, which only a login by password can write: renew only the card.
    const keys = await renewKeys(rsa, clock, agreed.keys, false);
    // Another process of this profile may have stored a card first.
    agreed = await store.save(daemon, name, { ...agreed, keys });
    await this.#putCard(calls, agreed);
    return agreed;
  }

  /**
   * Seals `account` under OPAQUE's export_key (RFC 9807, section 4), and stores it as the next version of the vault.
   * @throws ClientError 'refused' when the session logged in by key
   */
  async putVault(
    calls: Calls,
    exportKey: Uint8Array,
    recordHash: Uint8Array | null,
    account: Account,
  ): Promise<Account> {
    const { store, daemon, name } = this.#options;
    const next = { ...account, vaultVersion: account.vaultVersion + 1 };
    // Save first: if the answer is lost, the next attempt uses a higher number, which the daemon accepts.
    await store.save(daemon, name, next);
    await this.storeVault(calls, exportKey, recordHash, next);
    return next;
  }

  /** Stores the vault of `account.vaultVersion`, sealed for the OPAQUE record with this hash. @throws ClientError 'refused' without a hash */
  async storeVault(
    calls: Calls,
    exportKey: Uint8Array,
    recordHash: Uint8Array | null,
    account: Account,
  ): Promise<void> {
    const { daemonId, name, random } = this.#options;
    if (recordHash === null)
      throw new ClientError('refused', 'the vault can be written only after a login by password');
    const { vaultVersion: version, keys: mine } = account;
    const contents = { version, identity: mine.identity, keys: mine.keys.slice(0, MAX_VAULT_KEYS) };
    const owner = { daemonId, name, idFp: currentCard(mine).idFp };
    const vault = sealVault(exportKey, owner, contents, random);
    await calls.request('vault-put', { recordHash, version, vault });
  }

  /** Notes that the daemon has stored this version of the vault. */
  #markStored(account: Account): Promise<Account> {
    const { store, daemon, name } = this.#options;
    return store.save(daemon, name, { ...account, vaultStored: account.vaultVersion });
  }

  /** Returns the keys of this profile, or those of the vault if it is newer. @param local null: always those of the vault */
  async #newestKeys(calls: Calls, login: PasswordLogin, local: Account | null): Promise<Account> {
    const { store, daemon, name } = this.#options;
    const given = login.welcome.vault?.version ?? 0;
    if (local !== null && given <= local.vaultVersion)
      return store.save(daemon, name, { ...local, vaultStored: Math.max(local.vaultStored, given) });
    const fetched = await this.#fetchVault(calls, login);
    if (local === null) {
      await store.replace(daemon, name, fetched);
      return fetched;
    }
    const [localCard, vaultCard] = [currentCard(local.keys), currentCard(fetched.keys)];
    // The vault lacks a card that was renewed in a login by key.
    if (localCard.cardSeq >= vaultCard.cardSeq && equal(localCard.ekFp, vaultCard.ekFp))
      return store.save(daemon, name, { ...fetched, keys: local.keys });
    if (localCard.cardSeq >= vaultCard.cardSeq) {
      return this.#takeOtherKeys(fetched);
    }
    // The password may have been replaced by an export that did not have every key of this profile.
    const keys = mergeKeys(fetched.keys, local.keys);
    if (keys === null) return this.#takeOtherKeys(fetched);
    const isVaultBehind = Math.min(keys.keys.length, MAX_VAULT_KEYS) > fetched.keys.keys.length;
    const vaultVersion = fetched.vaultVersion + (isVaultBehind ? 1 : 0);
    return store.save(daemon, name, { ...fetched, keys, vaultVersion });
  }

  /** The keys of the vault contradict those of this profile, which are lost: asks the person. @throws ClientError 'untrusted' */
  async #takeOtherKeys(fetched: Account): Promise<Account> {
    const { store, daemon, name, ask } = this.#options;
    await confirmDoubt(ask, otherKeysDoubt(name));
    await store.replace(daemon, name, fetched);
    return fetched;
  }

  async #fetchVault(calls: Calls, { welcome, exportKey }: PasswordLogin): Promise<Account> {
    const { daemonId, name } = this.#options;
    if (welcome.vault === null || welcome.idFp === null)
      throw new ClientError(
        'refused',
        welcome.localKeys
          ? `the keys of ${name} are only on the machine where the account was made (--local-keys); use securechat there`
          : `the server has no keys of ${name}; use the machine where the account was made, or ask the operator for a reset`,
      );
    const { vault, version } = await calls.request('vault-get', {});
    const contents = openVault(exportKey, { daemonId, name, idFp: welcome.idFp }, vault);
    if (contents.version !== version || version !== welcome.vault.version)
      throw new ClientError('untrusted', 'the server sent other stored keys than it had announced; ask its operator');
    const keys = { identity: contents.identity, keys: contents.keys };
    if (!equal(currentCard(keys).idFp, welcome.idFp))
      throw new ClientError(
        'key-changed',
        'the stored keys are of another identity than the one that the server shows; ask its operator',
      );
    return { keys, vaultVersion: version, vaultStored: version, localKeys: false };
  }

  /**
   * Makes the newest card here and the newest one in the directory equal: takes over a renewed card of the same key, and sends one
   * that did not arrive.
   * @throws ClientError 'key-changed' | 'untrusted', 'login-refused' when the key was renewed on another machine
   */
  async #agreeWithDirectory(calls: Calls, account: Account): Promise<Account> {
    const { name } = this.#options;
    const view = await viewDirectory(calls, name, account);
    if (view.kind === 'newer-key')
      throw new ClientError(
        'login-refused',
        `the keys of ${name} were renewed on another machine; log in with the password`,
      );
    if (view.kind === 'card-missing') await this.#putCard(calls, account);
    return view.kind === 'newer-card' ? view.account : account;
  }

  async #putCard(calls: Calls, account: Account): Promise<void> {
    const [newest] = account.keys.keys;
    if (newest !== undefined) await calls.request('card-put', { card: newest.card });
  }

  /**
   * Gives an account without keys a new record, card and vault. Uses the keys of this profile if their card is the first one, so that
   * no identity has two first cards.
   */
  async #renewLegacy(calls: Calls, local: Account | null, password: string): Promise<Account> {
    const { store, rsa, opaque, clock, daemon, daemonId, name } = this.#options;
    let account = local;
    if (account === null || currentCard(account.keys).cardSeq > 1) {
      account = { keys: await makeKeys(rsa, clock, name), vaultVersion: 0, vaultStored: 0, localKeys: false };
      await store.replace(daemon, name, account);
    }
    const card = account.keys.keys[0]?.card ?? null;
    const { record, exportKey } = await replacePassword(calls, opaque(), { password, card, daemonId });
    return this.#markStored(await this.putVault(calls, exportKey, H('record', utf8(record)), account));
  }
}
