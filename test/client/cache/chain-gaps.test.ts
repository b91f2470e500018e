import test from 'ava';
import fc from 'fast-check';
import { type Chain, type ChainItem, joinChains, judgeNext, judgeStart } from '../../../src/client/cache/chain-gaps.ts';

/** The items of an honest device: 1, 2, 3, each naming the one before. */
const honestChain = (count: number): ChainItem[] =>
  Array.from({ length: count }, (_, i) => ({ deviceSeq: i + 1, tag: `t${i + 1}`, prev: i === 0 ? '' : `t${i}` }));

function judged(links: readonly ChainItem[], fromStart = true) {
  let chain: Chain | undefined;
  const reasons: (string | null)[] = [];
  for (const link of links) {
    const verdict = judgeNext(chain, link, fromStart, links.find(({ deviceSeq }) => deviceSeq === link.deviceSeq)?.tag);
    chain = verdict.chain;
    reasons.push(verdict.reason);
  }
  return { reasons, chain };
}

test('the chain of an honest device has no gap', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (count) => {
      t.deepEqual(judged(honestChain(count)).reasons, Array(count).fill(null));
    }),
  );
});

test('an item dropped anywhere but at the end is a gap at the next item', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), (count, at) => {
      const dropped = at % (count - 1);
      const { reasons } = judged(honestChain(count).filter((_, i) => i !== dropped));
      t.deepEqual(
        reasons.flatMap((reason, i) => (reason === null ? [] : [`${i} ${reason}`])),
        [`${dropped} missing`],
      );
    }),
  );
});

test('every reordering leaves a gap', (t) => {
  fc.assert(
    fc.property(fc.shuffledSubarray(honestChain(8), { minLength: 8, maxLength: 8 }), (links) => {
      const inOrder = links.every(({ deviceSeq }, i) => deviceSeq === i + 1);
      t.is(
        judged(links).reasons.every((reason) => reason === null),
        inOrder,
      );
    }),
  );
});

test('a replaced item, or one with another predecessor, is a fork', (t) => {
  const [first, second] = honestChain(2) as [ChainItem, ChainItem];
  t.deepEqual(judged([first, second, { ...second, tag: 'other' }]).reasons, [null, null, 'fork']);
  t.deepEqual(judged([first, { ...second, prev: 'other' }]).reasons, [null, 'fork']);
  t.deepEqual(judged([{ ...first, prev: 'before the first' }]).reasons, ['fork']);
});

test('without a known beginning the first item proves nothing', (t) => {
  t.deepEqual(judged(honestChain(5).slice(3), false).reasons, [null, null]);
  t.deepEqual(judged(honestChain(5).slice(3), true).reasons, ['missing', null]);
});

test('one unopened item is skipped, and the next missing one is a gap', (t) => {
  const links = honestChain(4);
  const locked = links.map((link, i) => (i === 1 ? { ...link, tag: '', prev: '' } : link));
  t.deepEqual(judged(locked).reasons, [null, null, null, null]);
  t.deepEqual(judged(locked.filter((_, i) => i !== 2)).reasons, [null, null, 'missing']);
});

test('two stretches join without a gap only where an honest chain was cut', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), fc.nat(2), (count, at, lost) => {
      const cut = 1 + (at % (count - 1));
      const older = judged(honestChain(count).slice(0, cut), false).chain as Chain;
      const newer = judged(honestChain(count + lost).slice(cut + lost), false).chain as Chain;
      const { reason, chain } = joinChains(older, newer);
      t.is(reason, lost === 0 ? null : 'missing');
      t.deepEqual([chain.first, chain.last, judgeStart(chain)], [1, count + lost, null]);
    }),
  );
  const [older, newer] = [judged(honestChain(2)).chain as Chain, judged(honestChain(4).slice(2), false).chain as Chain];
  t.is(joinChains({ ...older, lastTag: 'other' }, newer).reason, 'fork');
  t.is(joinChains(judged(honestChain(3)).chain as Chain, newer).reason, 'fork');
  t.is(judgeStart(newer), 'missing');
});
