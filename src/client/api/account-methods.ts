/** The part of the library's interface that is about one's own account: its devices, password and keys. */
import type { ExportRequest, MadeExport } from '../export-types.ts';
import type { Device, EndedDevices, ProfileLock } from '../types.ts';

/** Methods of `Client`. They throw ClientError; the codes are listed with each method. */
export interface AccountMethods {
  /**
   * Resolves with the devices of this account, those that logged in last first.
   * @example
   * for (const { name, address, isNew } of await client.devices()) if (isNew) console.log(`new device: ${name}, ${address}`);
   */
  devices(): Promise<Device[]>;

  /**
   * Stores in the profile that the person has looked at these devices: they are not announced as new any more.
   * @example
   * await client.markDevicesSeen(await client.devices());
   */
  markDevicesSeen(devices: readonly Pick<Device, 'device' | 'since'>[]): Promise<void>;

  /**
   * Logs a device out; it needs the password to log in again. An export that is logged out restores nothing without the password.
   * @param device its number, or null for every other device, exports included
   * @example
   * const { ended, exports } = await client.endDevice(null);
   * console.log(`${ended} other devices were logged out, ${exports} of them exports of the keys`);
   */
  endDevice(device: number | null): Promise<EndedDevices>;

  /**
   * Changes the password.
   * @throws ClientError 'login-refused' when `oldPassword` is wrong; 'usage' when `newPassword` has invisible characters
   * @example
   * await client.passwd('secret', 'better secret');
   */
  passwd(oldPassword: string, newPassword: string): Promise<void>;

  /**
   * Makes a new encryption key and its card at once. The old key stays, for reading. Other devices of this account need the password
   * after that.
   * @throws ClientError 'login-refused' when the password is wrong
   * @example
   * await client.rotateKeys('secret');
   */
  rotateKeys(password: string): Promise<void>;

  /**
   * Writes an encrypted copy of the keys to a new file, and adds it to the devices of this account: with it, another machine restores
   * the account without the password, and a forgotten password can be replaced.
   * @throws ClientError 'login-refused' when the password is wrong; 'usage' when a file exists or cannot be made; 'refused' when the
   *   account has too many exports
   * @example
   * const request = { path: 'alice.scx', password: 'secret', passphrase: 'a longer secret', words: true };
   * const { words } = await client.exportKeys(request);
   * console.log(`write these words down: ${words}`);
   */
  exportKeys(request: ExportRequest): Promise<MadeExport>;

  /**
   * Closes the account, for good: all its devices are logged out, it leaves all rooms, and its name is free. Others keep what they
   * received, and this profile keeps its keys and messages. The connection is closed then; call `close` all the same.
   * @throws ClientError 'login-refused' when the password is wrong
   * @example
   * await client.closeAccount('secret');
   * await client.close();
   */
  closeAccount(password: string): Promise<void>;

  /**
   * Resolves with the lock of the profile as it is now (`securechat profile lock`); null without one.
   * @throws ClientError 'refused' when the file with the profile's key is missing or damaged
   * @example
   * const lock = await client.profileLock();
   * if (lock?.after != null) console.log(`the screen asks again after ${lock.after / 60_000} minutes`);
   */
  profileLock(): Promise<ProfileLock | null>;

  /**
   * Resolves with whether `passphrase` opens the profile now. Takes about 0.2 s. Once the lock is removed, any text does.
   * @throws ClientError 'refused' when the file with the profile's key is missing or damaged
   * @example
   * if (!(await client.checkPassphrase('correct horse'))) console.log('the passphrase of the profile is wrong');
   */
  checkPassphrase(passphrase: string): Promise<boolean>;
}
