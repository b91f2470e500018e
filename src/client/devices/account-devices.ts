/**
 * Folder `devices`: the devices of this account, and which of them its person has looked at; it knows no conversations and no keys.
 *
 * Announces each new device until the person has looked at it: when the daemon says that it was added, and after each login, because
 * it may have been added while this client was not connected.
 */
import type { RequestResult } from '../../protocol/wire/requests.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { SeenDevice, SeenDevices } from '../trust/seen-devices.ts';
import type { Device, EndedDevices, NewDevice } from '../types.ts';

type ListedDevice = RequestResult<'sessions'>['devices'][number];

/** Most new devices that are remembered; the daemon stores fewer for an account. */
const MAX_NEW = 128;

export class AccountDevices {
  readonly #connection: ClientContext['connection'];
  readonly #bus: ClientBus;
  readonly #seen: SeenDevices;
  readonly #closed = new AbortController();
  /** The devices that were announced and not looked at since, by number. */
  readonly #new = new Map<number, NewDevice>();
  #isWatching = false;
  /** The time of the last login in this device's place that was told. */
  #toldReplaced = 0;

  constructor({ connection }: Pick<ClientContext, 'connection'>, bus: ClientBus, seen: SeenDevices) {
    this.#connection = connection;
    this.#bus = bus;
    this.#seen = seen;
    bus.on('received', async (event) => {
      if (event.method !== 'device-added') return;
      await seen.refresh();
      const { device, at } = event.params;
      if (!seen.has({ device, since: at })) this.#announce(event.params);
    });
  }

  /** Stores the first list of a profile as looked at, so that each device that is added later is new. */
  async begin(): Promise<void> {
    await this.#seen.refresh();
    if (this.#seen.isBegun) return;
    const { devices } = await this.#connection.request('sessions', {});
    const here = devices.find(({ current }) => current)?.since ?? Number.POSITIVE_INFINITY;
    // This login may have been some time ago, by a command that asks for no list.
    await this.#seen.add(devices.filter(({ since }) => since <= here));
  }

  /** Call after each login: compares the daemon's list with the devices that the person has looked at. */
  async check(): Promise<void> {
    await this.begin();
    this.#tellReplaced();
    const before = [...this.#new.keys()];
    const { devices } = await this.#connection.request('sessions', {});
    const unseen = await this.#unseenOf(devices);
    const here = devices.find(({ current }) => current);
    // The login that added it may have ended before it stored the time.
    if (here !== undefined && this.#seen.has(here)) await this.#seen.pinOwn(here);
    for (const one of devices) if (unseen.has(one.device)) this.#announce({ ...one, at: one.since });
    this.#withdraw(before.filter((device) => !unseen.has(device)));
  }

  /** @throws ClientError 'unreachable'; Refusal */
  async list(): Promise<Device[]> {
    const { devices, sessions } = await this.#connection.request('sessions', {});
    const unseen = await this.#unseenOf(devices);
    // Devices that were ended elsewhere: the person looks at a list without them.
    const listed = new Set(devices.map(({ device }) => device));
    this.#withdraw([...this.#new.keys()].filter((device) => !listed.has(device)));
    return devices.map((one) => ({
      ...one,
      online: sessions.some(({ device }) => device === one.device),
      isNew: unseen.has(one.device),
    }));
  }

  /** Stores that the person has looked at these devices. */
  async markSeen(devices: readonly SeenDevice[]): Promise<void> {
    await this.#seen.add(devices);
    this.#withdrawSeen();
  }

  /** Logs a device out, or with null every other one. @throws as `list` */
  async end(device: number | null): Promise<EndedDevices> {
    const gone = device === null ? [...this.#new.keys()] : [device];
    const ended = await this.#connection.request('device-end', { device });
    this.#withdraw(gone);
    return ended;
  }

  close(): void {
    this.#closed.abort();
  }

  async #unseenOf(devices: readonly ListedDevice[]): Promise<ReadonlySet<number>> {
    await this.#seen.refresh();
    // Without a first list to compare with (its write failed), none can be said to be new.
    if (!this.#seen.isBegun) return new Set();
    return new Set(devices.filter((one) => !this.#seen.has(one)).map(({ device }) => device));
  }

  #tellReplaced(): void {
    const { replaced } = this.#seen;
    if (replaced === null || replaced.since === this.#toldReplaced) return;
    this.#toldReplaced = replaced.since;
    const when = new Date(replaced.since).toISOString().slice(0, 16).replace('T', ' ');
    this.#bus.notice(
      `another login took this device's place on ${when} UTC, from ${replaced.address}, as ${replaced.name || 'a device without a name'}; it is logged out now. Look at your devices, and change the password if that was not you`,
    );
  }

  #announce({ device, kind, name, address, at }: NewDevice): void {
    if (this.#new.get(device)?.at === at) return;
    const added = { device, kind, name, address, at };
    this.#new.delete(device);
    this.#new.set(device, added);
    this.#bus.publish('announced', { type: 'new-device', ...added });
    const [oldest] = this.#new.keys();
    if (this.#new.size > MAX_NEW && oldest !== undefined) this.#withdraw([oldest]);
    this.#watch();
  }

  #withdraw(devices: readonly number[]): void {
    const withdrawn = devices.filter((device) => this.#new.delete(device));
    if (withdrawn.length > 0) this.#bus.publish('announced', { type: 'devices-seen', devices: withdrawn });
  }

  #withdrawSeen(): void {
    const announced = [...this.#new.values()];
    this.#withdraw(
      announced.filter(({ device, at }) => this.#seen.has({ device, since: at })).map(({ device }) => device),
    );
  }

  /** From the first new device on, notices when the person looks at the list in another program of this profile. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const refresh = async () => {
      await this.#seen.refresh();
      this.#withdrawSeen();
    };
    void this.#seen.watch(() => void this.#bus.attempt(refresh), this.#closed.signal);
  }
}
