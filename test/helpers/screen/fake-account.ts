import type { AccountMethods } from '../../../src/client/api/account-methods.ts';
import type { PeopleMethods } from '../../../src/client/api/people-methods.ts';
import type { ExportRequest, MadeExport } from '../../../src/client/export-types.ts';
import type { ClientEvent, Device, EndedDevices, LinkState, Person, ProfileLock } from '../../../src/client/types.ts';
import { ownDevice, person } from './messages.ts';

/** The part of FakeClient about the account and the people of the server, and what all parts share. */
export class FakeAccount implements AccountMethods, PeopleMethods {
  me = {
    name: 'alice',
    fingerprint: 'ab'.repeat(32),
    daemon: { address: '127.0.0.1:65345', fingerprint: 'ef'.repeat(32) },
    device: 7,
  };
  readonly profile = '/home/alice/profile';
  link: LinkState = { state: 'online' };
  /** Every call that changes something, with its arguments. */
  readonly calls: unknown[][] = [];
  /** What the next call of this name throws. */
  readonly failures = new Map<string, Error>();
  everybody: Person[] = [person('alice'), person('bob'), person('carol', { online: false })];
  ownDevices: Device[] = [ownDevice({ device: 7, name: 'desk', online: true, current: true })];
  readonly blocks = new Set<string>();
  /** The lock of the profile, and its passphrase. */
  lock: ProfileLock | null = null;
  passphrase = 'correct horse';
  closed = false;
  readonly #listeners = new Set<(event: ClientEvent) => void>();

  emit(event: ClientEvent): void {
    if (event.type === 'link') this.link = event.link;
    for (const listener of this.#listeners) listener(event);
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  reconnect(): void {
    this.call('reconnect');
  }

  async people(): Promise<Person[]> {
    this.fail('people');
    return this.everybody;
  }

  async away(on: boolean): Promise<void> {
    this.call('away', on);
  }

  async safetyNumber(): Promise<string> {
    return '12345'.repeat(12);
  }

  async setVerified(name: string, verified: boolean): Promise<void> {
    this.call('setVerified', name, verified);
    this.everybody = this.everybody.map((one) => (one.name === name ? { ...one, verified } : one));
  }

  async acceptKey(name: string): Promise<void> {
    this.call('acceptKey', name);
    this.everybody = this.everybody.map((one) => (one.name === name ? { ...one, changedTo: null } : one));
  }

  async blocked(): Promise<string[]> {
    return [...this.blocks];
  }

  async block(name: string, on: boolean): Promise<void> {
    this.fail('block');
    if (on) this.blocks.add(name);
    else this.blocks.delete(name);
    this.emit({ type: 'blocked', name, on });
  }

  async devices(): Promise<Device[]> {
    this.fail('devices');
    return this.ownDevices;
  }

  async markDevicesSeen(devices: readonly Pick<Device, 'device' | 'since'>[]): Promise<void> {
    this.call('markDevicesSeen', devices.length);
    this.ownDevices = this.ownDevices.map((one) => ({ ...one, isNew: false }));
    this.emit({ type: 'devices-seen', devices: devices.map(({ device }) => device) });
  }

  async endDevice(device: number | null): Promise<EndedDevices> {
    this.call('endDevice', device);
    const isEnded = (one: Device) => (device === null ? !one.current : one.device === device);
    const ended = this.ownDevices.filter(isEnded);
    this.ownDevices = this.ownDevices.filter((one) => !isEnded(one));
    return { ended: ended.length, exports: ended.filter(({ kind }) => kind === 'export').length };
  }

  async closeAccount(password: string): Promise<void> {
    this.call('closeAccount', password);
    this.emit({ type: 'link', link: { state: 'closed', reason: 'the account was closed', code: 'account-closed' } });
  }

  async profileLock(): Promise<ProfileLock | null> {
    this.fail('profileLock');
    return this.lock;
  }

  async checkPassphrase(passphrase: string): Promise<boolean> {
    this.call('checkPassphrase', passphrase);
    return passphrase === this.passphrase;
  }

  async passwd(old: string, fresh: string): Promise<void> {
    this.call('passwd', old, fresh);
  }

  async rotateKeys(password: string): Promise<void> {
    this.call('rotateKeys', password);
  }

  async exportKeys({ path, password, passphrase }: ExportRequest): Promise<MadeExport> {
    this.call('exportKeys', path, password, passphrase);
    const words = `${'abandon '.repeat(23)}art`;
    return { path, words, wordsFile: null, device: 9, deviceName: 'export', people: 2, localKeys: false };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  protected call(name: string, ...values: unknown[]): void {
    this.calls.push([name, ...values]);
    this.fail(name);
  }

  protected fail(name: string): void {
    const failure = this.failures.get(name);
    this.failures.delete(name);
    if (failure) throw failure;
  }
}
