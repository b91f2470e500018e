/**
 * Finds entries that the daemon or the network withheld, repeated, reordered or forked: each device of an author numbers and chains
 * what it says in one conversation. Pure: the caller stores the ends of the chains.
 */

export type GapReason = 'missing' | 'fork' | 'unreadable';

/** One item of a device's chain. `tag` stands for its hash, `prev` for the one it names; '' = none. */
export type ChainItem = { deviceSeq: number; tag: string; prev: string };

/**
 * The known part of a chain. `first` and `firstPrev` are of its oldest item, `last` and `lastTag` of its newest;
 * `lastTag` is '' when that one could not be opened.
 */
export type Chain = { first: number; firstPrev: string; last: number; lastTag: string };

export type ChainVerdict = { reason: 'missing' | 'fork' | null; chain: Chain };

/**
 * Judges an item that comes after everything known in the conversation's order.
 * @param chain undefined when this device is new here
 * @param fromStart everything since the conversation's first entry is known, so that a device begins with 1
 * @param sameSeq the tag of the item that is already known under this device and seq, if any
 */
export function judgeNext(
  chain: Chain | undefined,
  link: ChainItem,
  fromStart: boolean,
  sameSeq: string | undefined,
): ChainVerdict {
  if (chain === undefined) {
    const begun = { first: link.deviceSeq, firstPrev: link.prev, last: link.deviceSeq, lastTag: link.tag };
    if (link.deviceSeq === 1) return { reason: link.prev === '' ? null : 'fork', chain: begun };
    return { reason: fromStart ? 'missing' : null, chain: begun };
  }
  if (link.deviceSeq <= chain.last) {
    // A second item with the same number, or one that comes after later items of its device.
    const fork = sameSeq !== undefined && sameSeq !== link.tag;
    return { reason: fork ? 'fork' : 'missing', chain };
  }
  const next = { ...chain, last: link.deviceSeq, lastTag: link.tag };
  if (link.deviceSeq > chain.last + 1) return { reason: 'missing', chain: next };
  const unknown = chain.lastTag === '' || link.tag === '';
  return { reason: unknown || link.prev === chain.lastTag ? null : 'fork', chain: next };
}

/**
 * Puts an older stretch of one device's chain before the known one.
 * @returns the whole chain, and what is wrong where they meet: shown before the oldest item of `newer`
 */
export function joinChains(older: Chain, newer: Chain): ChainVerdict {
  const chain = { first: older.first, firstPrev: older.firstPrev, last: newer.last, lastTag: newer.lastTag };
  if (older.last + 1 !== newer.first) return { reason: older.last >= newer.first ? 'fork' : 'missing', chain };
  const unknown = older.lastTag === '' || newer.firstPrev === '';
  return { reason: unknown || older.lastTag === newer.firstPrev ? null : 'fork', chain };
}

/** When the conversation's first entry is known, every chain must begin with 1. */
export function judgeStart(chain: Chain): 'missing' | null {
  return chain.first === 1 ? null : 'missing';
}
