import test from 'ava';
import { descriptorLimit, divideDescriptors, parseLimits } from '../../../src/daemon/limits/descriptors.ts';
import { limitValues } from '../../../src/daemon/limits/limits.ts';

test('the limit is the soft limit of the process', (t) => {
  const line = (soft: string) =>
    `Max cpu time   unlimited  unlimited  seconds\nMax open files  ${soft}  4096  files \n`;
  t.is(parseLimits(line('1024')), 1024);
  t.is(parseLimits(line('unlimited')), Number.MAX_SAFE_INTEGER);
  t.true(parseLimits('nothing of the kind') >= 1024);
  t.true(descriptorLimit() > 0);
});

test('the shares and the reserve never add up to more than the limit', (t) => {
  for (const limit of [0, 100, 129, 200, 256, 1_024, 4_096, 65_536, Number.MAX_SAFE_INTEGER]) {
    const { links, transfers } = divideDescriptors(limit);
    const all = links.halfOpen + links.beforeLogin + links.loggedIn + 2 * transfers;
    t.is(all, Math.max(0, limit - limitValues.descriptorsKept), String(limit));
    t.true(Math.min(links.halfOpen, links.beforeLogin, links.loggedIn, transfers) >= 0);
    t.true(links.loggedIn >= links.halfOpen + links.beforeLogin, 'most of it is for people');
  }
});
