/** The flooding process of floods.ts, started with a kind and a port. It is separate so that its CPU time is not counted as the daemon's. */
import { floods } from './flood-kinds.ts';
import { LINKS } from './flood-people.ts';
import type { Governor } from './flood-requests.ts';

/** The share of one core that the flood may use. */
const SHARE = 0.6;

const [kind = '', port = ''] = process.argv.slice(2);
const flood = floods[kind];
if (flood === undefined) throw new Error(`no flood is named ${kind}`);

let used = process.cpuUsage();
let since = performance.now();
const share = () => {
  const { user, system } = process.cpuUsage(used);
  return (user + system) / 1000 / (performance.now() - since);
};
const governor: Governor = { over: false, mayGo: true };
setInterval(() => {
  governor.mayGo = share() < SHARE;
}, 5);
process.on('message', (message) => {
  if (message === 'begin') {
    used = process.cpuUsage();
    since = performance.now();
    for (let index = 0; index < LINKS; index++) {
      flood(Number(port), index, governor).catch((error) => {
        if (!governor.over) process.send?.({ failed: String(error) });
      });
    }
  } else {
    process.send?.({ share: share() });
    governor.over = true;
    setTimeout(() => process.exit(0), 500);
  }
});
process.send?.({ ready: true });
