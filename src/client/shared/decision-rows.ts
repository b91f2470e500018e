/** The decisions of an account in this profile, as rows: pins of trust/shared-pins.ts, mutes and blocks of shared-switches.ts. */
import { compareRows, nameOfRow, rowKey, rowKinds, type SharedRow } from '../../protocol/account/shared-rows.ts';
import type { PinOutcome, SharedPins } from '../trust/shared-pins.ts';
import type { SharedSwitches } from './shared-switches.ts';

/** What became of the pin of a person. */
export type TakenPin = { name: string; outcome: PinOutcome };

export class DecisionRows {
  readonly pins: SharedPins;
  readonly switches: SharedSwitches;
  readonly #me: string;

  /** @param me the account's name, of which no pin is kept */
  constructor(pins: SharedPins, switches: SharedSwitches, me: string) {
    this.pins = pins;
    this.switches = switches;
    this.#me = me;
  }

  async all(): Promise<SharedRow[]> {
    return [...(await this.pins.rows()), ...(await this.switches.rows())];
  }

  /** Stores the rows of other devices that are newer than what is here. Leaves out kinds that this program does not know. */
  async take(rows: readonly SharedRow[]): Promise<TakenPin[]> {
    const mine = new Map((await this.all()).map((row) => [rowKey(row), row]));
    const newer = rows.filter((row) => {
      const own = mine.get(rowKey(row));
      return row.kind <= rowKinds.block && (own === undefined || compareRows(row, own) > 0);
    });
    await this.switches.take(newer.filter(({ kind }) => kind !== rowKinds.pin));
    const pins = newer.filter((row) => row.kind === rowKinds.pin && nameOfRow(row) !== this.#me);
    // All at once: a new device gets many.
    await this.pins.add(pins.filter((row) => !mine.has(rowKey(row))));
    const taken: TakenPin[] = [];
    for (const row of pins.filter((one) => mine.has(rowKey(one))))
      taken.push({ name: nameOfRow(row), outcome: await this.pins.take(row) });
    return taken;
  }
}
