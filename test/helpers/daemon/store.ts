/** A store in a temporary folder, and functions that make what it stores. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { OperationName, Person, SharedStore, Store } from '../../../src/daemon/store/store.ts';
import { operationNames } from '../../../src/daemon/store-thread/operations.ts';
import { openSqliteStore } from '../../../src/daemon/store-thread/sqlite-store.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** `time.now` is the daemon's clock. */
export async function temporaryStore(
  t: ExecutionContext,
): Promise<{ store: SharedStore; time: { now: number }; path: string }> {
  const path = join(await temporaryFolder(t), 'securechat.db');
  const time = { now: 1_000_000 };
  const clock: Clock = { ...systemClock, now: () => time.now };
  const store = await openSqliteStore(path, { clock });
  t.teardown(() => store.close());
  return { store, time, path };
}

/** `key` names the requester; empty for the daemon's own calls. */
export type StoreCall = { key: string; name: OperationName };

/** The same store. It adds each call to `calls`. */
export function recordedStore(store: SharedStore, calls: StoreCall[]): SharedStore {
  const recorded = (of: Store, key: string): Store => {
    const operations = operationNames.map((name) => {
      const call = (params: never) => {
        calls.push({ key, name });
        return of[name](params);
      };
      return [name, call];
    });
    return { ...of, ...Object.fromEntries(operations) };
  };
  return { ...recorded(store, ''), for: (asker) => recorded(store.for(asker), asker.key) };
}

/** 32 bytes that are different for each number. */
export function bytes32(n: number): Uint8Array {
  return number(n, 32);
}

export function bytes16(n: number): Uint8Array {
  return number(n, 16);
}

export function person(name: string): Person {
  return { name, idFp: Uint8Array.from(Buffer.from(name.padEnd(32, '.'))) };
}

export const alice = person('alice');
export const bob = person('bob');
export const carol = person('carol');

/** The n-th note of Alice's device 1 to Bob. `other` replaces parts of it. */
export function testNote(
  n: number,
  other: Partial<Parameters<Store['appendNote']>[0]> = {},
): Parameters<Store['appendNote']>[0] {
  return {
    conversation: bytes32(77),
    author: alice,
    to: bob,
    id: bytes16(n),
    device: 1,
    n,
    bytes: new Uint8Array([1, 2, n & 255]),
    file: null,
    quota: null,
    stale: false,
    ...other,
  };
}

/** Parameters to fetch everything as Bob. `other` replaces some. */
export function fetchParams(other: Partial<Parameters<Store['fetch']>[0]> = {}): Parameters<Store['fetch']>[0] {
  return {
    conversation: bytes32(77),
    reader: bob.idFp,
    after: 0,
    before: null,
    limit: 1000,
    newest: false,
    kinds: null,
    ...other,
  };
}

function number(n: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
}
