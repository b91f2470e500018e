/** The devices of an account that its person has looked at: a sealed row of the profile. */
import * as v from 'valibot';
import type { SealedRows } from '../profile/sealed-rows.ts';
import type { Device } from '../types.ts';

/** A device that was signed out and comes back has another `since`: it is new again. */
export type SeenDevice = Pick<Device, 'device' | 'since'>;

/** Those that were looked at last are at the end. */
const stored = v.array(v.object({ device: v.number(), since: v.number() }));

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

  /** Whether this profile has stored devices of the account. As of the last `refresh`, like `has`. */
  get isBegun(): boolean {
    return this.#rows.values.has(this.#row);
  }

  has({ device, since }: SeenDevice): boolean {
    return this.#stored().some((one) => one.device === device && one.since === since);
  }

  async add(devices: readonly SeenDevice[]): Promise<void> {
    await this.refresh();
    const added = new Set(devices.map(({ device }) => device));
    const kept = this.#stored().filter(({ device }) => !added.has(device));
    const seen = [...kept, ...devices.map(({ device, since }) => ({ device, since }))].slice(-MAX_SEEN);
    await this.#rows.write(new Map([[this.#row, seen]]));
  }

  /** Calls `listener` after each change of the profile's rows, until `signal` aborts. */
  watch(listener: () => void, signal: AbortSignal): Promise<void> {
    return this.#rows.watch(listener, signal);
  }

  #stored(): readonly SeenDevice[] {
    const read = v.safeParse(stored, this.#rows.values.get(this.#row));
    return read.success ? read.output : [];
  }
}
