/**
 * Durable messages per second: notes written through the store, each answered after its fsync. For comparison, the same bytes are
 * appended to a plain file and synced in batches of the same size. Target: 20,000/s.
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../src/daemon/store/store.ts';
import { openSqliteStore } from '../src/daemon/store-thread/sqlite-store.ts';

/** The size of a short note: two copies of one chunk each. */
const NOTE_BYTES = 1400;
const NOTES = 40_000;
/** How many senders work at once. Each waits for its answer before it sends again. */
const SENDERS = [1, 10, 100, 1000];

export async function benchDurable(print: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'securechat-bench-'));
  try {
    for (const senders of SENDERS) {
      const notes = Math.min(NOTES, senders * 400);
      const store = await openSqliteStore(join(folder, `${senders}.db`));
      const stored = await rate(notes, () => storeNotes(store, senders, notes));
      await store.close();
      const bare = await rate(notes, () => appendBare(join(folder, `${senders}.log`), senders, notes));
      print(
        `durable notes, ${senders} at once: ${stored.perSecond}/s, ${stored.cpu} us CPU each; ` +
          `bare synced append ${bare.perSecond}/s; ratio ${(stored.perSecond / bare.perSecond).toFixed(2)}`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function storeNotes(store: Store, senders: number, notes: number): Promise<void> {
  const bytes = new Uint8Array(NOTE_BYTES).fill(7);
  const sender = async (who: number) => {
    const author = { idFp: filled(who, 32), name: `sender${who}` };
    const to = { idFp: filled(who + senders, 32), name: `reader${who}` };
    for (let n = 1; n <= notes / senders; n++) {
      const id = filled(n, 16);
      await store.appendNote({
        conversation: author.idFp,
        author,
        to,
        id,
        device: 1,
        n,
        bytes,
        file: null,
        quota: null,
        stale: false,
      });
    }
  };
  await Promise.all([...Array(senders).keys()].map(sender));
}

async function appendBare(path: string, batch: number, notes: number): Promise<void> {
  const file = await open(path, 'w');
  const bytes = new Uint8Array(NOTE_BYTES * batch).fill(7);
  for (let done = 0; done < notes; done += batch) {
    await file.write(bytes);
    await file.sync();
  }
  await file.close();
}

async function rate(count: number, work: () => Promise<void>): Promise<{ perSecond: number; cpu: number }> {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: Math.round(count / seconds), cpu: Math.round((user + system) / count) };
}

function filled(n: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
}

if (import.meta.main) await benchDurable(console.log);
