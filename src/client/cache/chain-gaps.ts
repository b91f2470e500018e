/**
 * Finds entries that the daemon or the network withheld, repeated, reordered or forked: each device of an author numbers its entries in
 * a conversation, and each entry names the hash of the one before. Pure: the caller stores the ends of the chains.
 */

export type GapReason = 'missing' | 'fork' | 'unreadable';

/** One item of a device's chain. `tag` stands for its hash, `prev` for the hash of the item before; '' means none. */
export type ChainItem = { deviceSeq: number; tag: string; prev: string };

/**
 * The known part of a chain: number and `prev` of its oldest item, number and tag of its newest. `lastTag` is '' if the newest item is
 * unopened.
 */
export type Chain = { first: number; firstPrev: string; last: number; lastTag: string };

export type ChainVerdict = { reason: 'missing' | 'fork' | null; chain: Chain };

/**
 * Judges an item that comes after all known items in the conversation's order. Returns what is wrong, and the longer chain.
 * @param chain undefined when this device is new here
 * @param fromStart everything since the conversation's first entry is known, so that a device begins with 1
 * @param sameSeq the tag of the item that is already known under this device and seq, if any
 */
export function judgeNext(
  chain: Chain | undefined,
  item: ChainItem,
  fromStart: boolean,
  sameSeq: string | undefined,
): ChainVerdict {
  if (chain === undefined) {
    const begun = { first: item.deviceSeq, firstPrev: item.prev, last: item.deviceSeq, lastTag: item.tag };
    if (item.deviceSeq === 1) return { reason: item.prev === '' ? null : 'fork', chain: begun };
    return { reason: fromStart ? 'missing' : null, chain: begun };
  }
  if (item.deviceSeq <= chain.last) {
    // A second item with the same number, or one that comes after later items of its device.
    const fork = sameSeq !== undefined && sameSeq !== item.tag;
    return { reason: fork ? 'fork' : 'missing', chain };
  }
  const next = { ...chain, last: item.deviceSeq, lastTag: item.tag };
  if (item.deviceSeq > chain.last + 1) return { reason: 'missing', chain: next };
  const unknown = chain.lastTag === '' || item.tag === '';
  return { reason: unknown || item.prev === chain.lastTag ? null : 'fork', chain: next };
}

/**
 * Joins an older part of a device's chain and the known part.
 * @returns the whole chain, and what is wrong where they meet: shown before the oldest item of `newer`
 */
export function joinChains(older: Chain, newer: Chain): ChainVerdict {
  const chain = { first: older.first, firstPrev: older.firstPrev, last: newer.last, lastTag: newer.lastTag };
  if (older.last + 1 !== newer.first) return { reason: older.last >= newer.first ? 'fork' : 'missing', chain };
  const unknown = older.lastTag === '' || newer.firstPrev === '';
  return { reason: unknown || older.lastTag === newer.firstPrev ? null : 'fork', chain };
}

/** Judges the start of a chain whose conversation is known from its first entry: its first number must be 1. */
export function judgeStart(chain: Chain): 'missing' | null {
  return chain.first === 1 ? null : 'missing';
}
