/** Keeps three places agreed about my keys: this profile, the vault for my password, and the card in the directory. */

import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { equal, H, utf8 } from '../../protocol/base/bytes.ts';
import type { Opaque } from '../../protocol/crypto/opaque.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import { followCards, openCard } from '../../protocol/sealed/card.ts';
import { MAX_VAULT_KEYS, openVault, sealVault } from '../../protocol/sealed/vault.ts';
import type { Welcome } from '../../protocol/wire/requests.ts';
import type { Calls } from '../connection/calls.ts';
import { ClientError } from '../errors.ts';
import type { Account, AccountStore } from '../keys/account-store.ts';
import { currentCard, makeKeys, needsRenewal, renewKeys } from '../keys/my-keys.ts';
import type { Ask } from '../types.ts';
import { checkKeyLogin, confirmDoubt, findDoubt, otherKeysDoubt, untrustedError } from './account-check.ts';
import type { PasswordLogin } from './login-exchange.ts';
import { replacePassword } from './register.ts';

export type KeySyncOptions = {
  store: AccountStore;
  rsa: Rsa;
  /** Opened when a password is used: a login by key needs none. */
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

  /** After a login by password: my keys, wherever they are. @throws ClientError 'untrusted' where the daemon contradicts this profile */
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
    // No vault yet: the daemon takes nothing else before it. An older one: a put was cut.
    if ((welcome.vault?.version ?? 0) < account.vaultVersion || welcome.vault === null) await putVault();
    account = await store.save(daemon, name, await this.#agreeWithDirectory(calls, account));
    if (!needsRenewal(account.keys, clock)) return account;
    account = await this.#renew(account, true);
    await putVault();
    await this.#putCard(calls, account);
    return account;
  }

  /**
   * After a login by key, which needs the keys of this profile.
   * @throws ClientError 'login-refused' when they are not the newest, 'untrusted' when the daemon contradicts them
   */
  async afterKeyLogin(calls: Calls, welcome: Welcome, account: Account): Promise<Account> {
    const { store, daemon, name, clock } = this.#options;
    checkKeyLogin(welcome, account, name);
    let agreed = await this.#agreeWithDirectory(calls, account);
    if (agreed !== account) agreed = await store.save(daemon, name, agreed);
    if (!needsRenewal(agreed.keys, clock)) return agreed;
    // The vault can be written only after a login by password: until then the key stays and its card is renewed.
    agreed = await this.#renew(agreed, false);
    await this.#putCard(calls, agreed);
    return agreed;
  }

  /** Stores `account` as the next version of the vault. The session must be one by password. */
  async putVault(
    calls: Calls,
    exportKey: Uint8Array,
    recordHash: Uint8Array | null,
    account: Account,
  ): Promise<Account> {
    const { store, daemon, daemonId, name, random } = this.#options;
    if (recordHash === null)
      throw new ClientError('refused', 'the vault can be written only after a login by password');
    const next = { ...account, vaultVersion: account.vaultVersion + 1 };
    const { idFp } = currentCard(next.keys);
    const { identity, keys } = next.keys;
    const contents = { version: next.vaultVersion, identity, keys: keys.slice(0, MAX_VAULT_KEYS) };
    const vault = sealVault(exportKey, { daemonId, name, idFp }, contents, random);
    // Saved first: a put whose answer is lost is repeated with a higher number, which the daemon takes.
    await store.save(daemon, name, next);
    await calls.request('vault-put', { recordHash, version: next.vaultVersion, vault });
    return next;
  }

  /** What is stored at the daemon for the password that counts now. */
  #markStored(account: Account): Promise<Account> {
    const { store, daemon, name } = this.#options;
    return store.save(daemon, name, { ...account, vaultStored: account.vaultVersion });
  }

  /** The keys of this profile, or those of the vault where it is newer. @param local null: the vault's, whatever they are */
  async #newestKeys(calls: Calls, login: PasswordLogin, local: Account | null): Promise<Account> {
    const { store, daemon, name, ask } = this.#options;
    const given = login.welcome.vault?.version ?? 0;
    if (local !== null && given <= local.vaultVersion)
      return store.save(daemon, name, { ...local, vaultStored: Math.max(local.vaultStored, given) });
    const fetched = await this.#fetchVault(calls, login);
    if (local === null) {
      await store.replace(daemon, name, fetched);
      return fetched;
    }
    const [here, there] = [currentCard(local.keys), currentCard(fetched.keys)];
    // A card that was renewed without the password is in no vault.
    if (here.cardSeq >= there.cardSeq && equal(here.ekFp, there.ekFp))
      return store.save(daemon, name, { ...fetched, keys: local.keys });
    if (here.cardSeq >= there.cardSeq) {
      await confirmDoubt(ask, otherKeysDoubt(name));
      await store.replace(daemon, name, fetched);
    }
    return store.save(daemon, name, fetched);
  }

  async #fetchVault(calls: Calls, { welcome, exportKey }: PasswordLogin): Promise<Account> {
    const { daemonId, name } = this.#options;
    if (welcome.vault === null || welcome.idFp === null)
      throw new ClientError(
        'refused',
        welcome.localKeys
          ? `the keys of ${name} are kept on one machine only (--local-keys); use securechat there`
          : `the daemon holds no keys for ${name}; use the machine on which the account was made, or ask for a reset`,
      );
    const { vault, version } = await calls.request('vault-get', {});
    const contents = openVault(exportKey, { daemonId, name, idFp: welcome.idFp }, vault);
    if (contents.version !== version || version !== welcome.vault.version)
      throw new ClientError('untrusted', 'the daemon gave another vault than it had named; ask its operator');
    const keys = { identity: contents.identity, keys: contents.keys };
    if (!equal(currentCard(keys).idFp, welcome.idFp))
      throw new ClientError(
        'key-changed',
        'the vault holds another identity than the directory shows; ask the operator of the daemon',
      );
    return { keys, vaultVersion: version, vaultStored: version, localKeys: false };
  }

  /** My newest card must be the directory's. One that is mine but did not arrive there is put again. */
  async #agreeWithDirectory(calls: Calls, account: Account): Promise<Account> {
    const { name } = this.#options;
    const mine = currentCard(account.keys);
    const { cards } = await calls.request('cards', { name, from: Math.max(1, mine.cardSeq - 1) });
    const last = cards.at(-1);
    if (last === undefined) throw untrustedError(`the server has lost the card of ${name}`);
    const shown = openCard(last);
    if (!equal(shown.idFp, mine.idFp))
      throw new ClientError(
        'key-changed',
        `the directory shows another key for ${name}; if you did not ask for a reset, warn the operator of the server`,
      );
    if (shown.cardSeq === mine.cardSeq - 1 && equal(shown.hash, mine.prevCardHash)) {
      await this.#putCard(calls, account);
      return account;
    }
    if (shown.cardSeq < mine.cardSeq)
      throw untrustedError(`the server shows card ${shown.cardSeq} of ${name}, but had taken card ${mine.cardSeq - 1}`);
    const from = cards.filter((card) => openCard(card).cardSeq >= mine.cardSeq);
    const { card } = followCards({ idFp: mine.idFp, cardSeq: mine.cardSeq, cardHash: mine.hash }, from);
    if (!equal(card.ekFp, mine.ekFp))
      throw new ClientError(
        'login-refused',
        `the keys of ${name} were renewed on another machine; log in with the password`,
      );
    const [newest, ...retired] = account.keys.keys;
    if (newest === undefined || card.cardSeq === mine.cardSeq) return account;
    const keys = { identity: account.keys.identity, keys: [{ card: last, pkcs8: newest.pkcs8 }, ...retired] };
    return { ...account, keys };
  }

  /** The next card, or the one that another process of this profile was quicker with. */
  async #renew(account: Account, rotate: boolean): Promise<Account> {
    const { store, rsa, clock, daemon, name } = this.#options;
    return store.save(daemon, name, { ...account, keys: await renewKeys(rsa, clock, account.keys, rotate) });
  }

  async #putCard(calls: Calls, account: Account): Promise<void> {
    const [newest] = account.keys.keys;
    if (newest !== undefined) await calls.request('card-put', { card: newest.card });
  }

  /**
   * An account that has no keys at the daemon: new record, card and vault in one go. With the keys of this profile, where their
   * card is the first, as the daemon wants it; two first cards of one identity are never made.
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
