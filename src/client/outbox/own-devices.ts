/**
 * The devices that this process writes as. Each number of a device's chain is used once, so only one process at a time may hold a
 * device. A process holds its own, those that it gave up because another program used their numbers, and, while it sends their items,
 * those of ended processes.
 */
import type { ClientBus } from '../events/client-bus.ts';
import type { DeviceLease } from '../profile/device-lock.ts';
import type { Profile } from '../profile/profile.ts';

export class OwnDevices {
  readonly #devices: Profile['devices'];
  readonly #leases: DeviceLease[];
  /** Leases of ended processes' devices, by number. */
  readonly #orphans = new Map<number, DeviceLease>();
  #current: number;

  constructor({ devices }: Pick<Profile, 'devices'>, lease: DeviceLease, bus: ClientBus) {
    this.#devices = devices;
    this.#leases = [lease];
    this.#current = lease.device;
    bus.on('clashed', (device) => this.replace(device));
  }

  /** The device that new items are written as. */
  get current(): number {
    return this.#current;
  }

  get all(): number[] {
    return [...this.#leases.map(({ device }) => device), ...this.#orphans.keys()];
  }

  holds(device: number): boolean {
    return this.#orphans.has(device) || this.#leases.some((lease) => lease.device === device);
  }

  /** Takes the device of an ended process. @returns false when another process holds it */
  adopt(device: number): boolean {
    if (this.holds(device)) return true;
    const lease = this.#devices.tryLease(device);
    if (lease !== null) this.#orphans.set(device, lease);
    return lease !== null;
  }

  /** Gives back an adopted device; does nothing for others. */
  release(device: number): void {
    const lease = this.#orphans.get(device);
    this.#orphans.delete(device);
    lease?.release();
  }

  /** Call when another program used this device's numbers (a copied profile): continues as another device, and never as this one. */
  async replace(clashed: number): Promise<void> {
    if (clashed !== this.#current) return;
    await this.#devices.retire(clashed);
    const lease = await this.#devices.lease();
    this.#leases.push(lease);
    this.#current = lease.device;
  }

  close(): void {
    for (const lease of [...this.#leases, ...this.#orphans.values()]) lease.release();
  }
}
