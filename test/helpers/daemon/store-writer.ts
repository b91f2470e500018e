/**
 * A program that stores notes, several at a time, until it is killed. It prints `stored N` for each stored note and
 * `refused CODE` for each refused one. Argument: the path of the database.
 */
import { openSqliteStore } from '../../../src/daemon/store-thread/sqlite-store.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { bytes16, testNote } from './store.ts';

const [path = ''] = process.argv.slice(2);
const store = await openSqliteStore(path);
await Promise.all([1, 2, 3, 4].map(write));

/** Each writer has its own device and chain. The note's bytes begin with its number. */
async function write(device: number): Promise<void> {
  for (let n = 1; ; ) {
    const number = n * 10 + device;
    try {
      const bytes = new Uint8Array(2000);
      new DataView(bytes.buffer).setUint32(0, number);
      await store.appendNote(testNote(n, { device, id: bytes16(number), bytes }));
      await say(`stored ${number}`);
      n++;
    } catch (error) {
      await say(`refused ${error instanceof Refusal ? error.code : error}`);
    }
  }
}

/** Waits for a slow reader. */
function say(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));
}
