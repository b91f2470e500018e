/** The devices of an account that its person has looked at: a sealed row of the profile. */
import * as v from 'valibot';
import type { SealedRows } from '../profile/sealed-rows.ts';
import type { Device } from '../types.ts';

/** A device that was logged out and comes back has another `since`: it is new again. */
export type SeenDevice = Pick<Device, 'device' | 'since'>;

/**
 * `isBegun`: a whole list was stored once. `since` is null for a device that this profile added: it does not know the daemon's time. Those
 * that were looked at last are at the end.
 */
const stored = v.object({
  isBegun: v.boolean(),
  devices: v.array(v.object({ device: v.number(), since: v.nullable(v.number()) })),
});
type Stored = v.InferOutput<typeof stored>;

/** Most devices that the row holds. */
const MAX_SEEN = 256;

export class SeenDevices {
  readonly #rows: SealedRows;
  readonly #row: string;

  /** @param account the key of the account in the profile's tables */
  constructor(rows: SealedRows, account: string) {
    this.#rows = rows;
    this.#row = JSON.stringify(['seen-devices', account]);
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

  /** Adds the devices of a list. */
  async add(devices: readonly SeenDevice[]): Promise<void> {
    await this.#write(devices, true);
  }

  /** Adds a device that this profile is about to add to the account, such as an export: it is never announced here. */
  async addOwn(device: number): Promise<void> {
    await this.#write([{ device, since: null }], false);
  }

  /** Calls `listener` after each change of the profile's rows, until `signal` aborts. */
  watch(listener: () => void, signal: AbortSignal): Promise<void> {
    return this.#rows.watch(listener, signal);
  }

  #stored(): Stored {
    const read = v.safeParse(stored, this.#rows.values.get(this.#row));
    return read.success ? read.output : { isBegun: false, devices: [] };
  }

  async #write(devices: readonly Stored['devices'][number][], isList: boolean): Promise<void> {
    await this.refresh();
    const before = this.#stored();
    const added = new Set(devices.map(({ device }) => device));
    const kept = before.devices.filter(({ device }) => !added.has(device));
    const seen = [...kept, ...devices.map(({ device, since }) => ({ device, since }))].slice(-MAX_SEEN);
    const value: Stored = { isBegun: before.isBegun || isList, devices: seen };
    await this.#rows.write(new Map([[this.#row, value]]));
  }
}
