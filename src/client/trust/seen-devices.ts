/** The devices of an account that its person has looked at, and those that this profile added itself: a sealed row of the profile. */
import * as v from 'valibot';
import { hex } from '../../protocol/base/bytes.ts';
import type { SealedRows } from '../profile/sealed-rows.ts';
import type { Device } from '../types.ts';

/** A device that was logged out and comes back has another `since`: it is new again. */
export type SeenDevice = Pick<Device, 'device' | 'since'>;

const place = v.object({ name: v.string(), since: v.number(), address: v.string() });
/** Another login that had the number of a device of this profile. */
export type ReplacedDevice = v.InferOutput<typeof place>;

/**
 * `isBegun`: a whole list was stored once. `since` is null for a device that this profile is adding: it does not know the daemon's time
 * yet. Those that were stored last are at the end. `replaced`: the person has not looked at the list since.
 */
const stored = v.object({
  isBegun: v.boolean(),
  devices: v.array(v.object({ device: v.number(), since: v.nullable(v.number()) })),
  replaced: v.nullable(place),
});
type Stored = v.InferOutput<typeof stored>;

/** Most devices that the row holds. */
const MAX_SEEN = 256;

export class SeenDevices {
  readonly #rows: SealedRows;
  readonly #row: string;

  /** @param daemon its fingerprint. The account may be unknown yet, so it is found by its name, as its tickets are. */
  constructor(rows: SealedRows, daemon: Uint8Array, name: string) {
    this.#rows = rows;
    this.#row = JSON.stringify(['seen-devices', hex(daemon), name]);
  }

  /** Reads what other programs of the profile have stored. */
  async refresh(): Promise<void> {
    await this.#rows.refresh();
  }

  /** Whether this profile has stored a list of the account's devices. As of the last `refresh`, like `has`. */
  get isBegun(): boolean {
    return this.#stored().isBegun;
  }

  has({ device, since }: SeenDevice): boolean {
    return this.#stored().devices.some((one) => one.device === device && (one.since ?? since) === since);
  }

  /** The last login that had the number of a device of this profile, until `add`. As of the last `refresh`. */
  get replaced(): ReplacedDevice | null {
    return this.#stored().replaced;
  }

  /** Adds the devices of a list that the person has looked at. */
  async add(devices: readonly SeenDevice[]): Promise<void> {
    await this.#write(devices, { isBegun: true, replaced: null });
  }

  /**
   * Call before this profile adds a device to the account, by a login or an export: no program of the profile announces it.
   * @returns the time under which this device is known; null if it is not
   */
  async addOwn(device: number): Promise<number | null> {
    await this.refresh();
    const before = this.#stored().devices.find((one) => one.device === device)?.since ?? null;
    await this.#write([{ device, since: null }]);
    return before;
  }

  /** Call when the daemon has added it, with the time from its list: from now on, another `since` is another device. */
  async pinOwn({ device, since }: SeenDevice): Promise<void> {
    await this.refresh();
    if (!this.#stored().devices.some((one) => one.device === device && one.since === since))
      await this.#write([{ device, since }]);
  }

  /** Stores that another login had the number of a device of this profile. */
  async addReplaced(replaced: ReplacedDevice): Promise<void> {
    await this.#write([], { replaced });
  }

  /** Calls `listener` after each change of the profile's rows, until `signal` aborts. */
  watch(listener: () => void, signal: AbortSignal): Promise<void> {
    return this.#rows.watch(listener, signal);
  }

  #stored(): Stored {
    const read = v.safeParse(stored, this.#rows.values.get(this.#row));
    return read.success ? read.output : { isBegun: false, devices: [], replaced: null };
  }

  async #write(devices: Stored['devices'] | readonly SeenDevice[], change: Partial<Stored> = {}): Promise<void> {
    await this.refresh();
    const before = this.#stored();
    const added = new Set(devices.map(({ device }) => device));
    const kept = before.devices.filter(({ device }) => !added.has(device));
    const seen = [...kept, ...devices.map(({ device, since }) => ({ device, since }))].slice(-MAX_SEEN);
    const value: Stored = { ...before, ...change, devices: seen };
    await this.#rows.write(new Map([[this.#row, value]]));
  }
}
