/**
 * One message to 100 links: CPU of the daemon's process for each delivery (user and system), and the time from the sender's
 * write to each reader. Calm: 10 messages a second. Busy: 8 under way at any time. Side by side in one run:
 *   bare       node:net, the same bytes to every socket, what comes in one turn of the loop in one write
 *   links      a record sealed for each link (--no-broadcast)
 *   broadcast  a record sealed once for all
 * The links are the daemon's own, as is what decides which way a message goes; nothing is stored. Only ratios within one run
 * say something.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openReaders, type Reader } from './fan-out-readers.ts';
import { type Print, ratio, spread } from './report.ts';

const LINKS = 100;
const CALM_MS = 100;
const CALM_MESSAGES = 100;
const BUSY_MS = 6_000;
const UNDER_WAY = 8;

type Mode = 'bare' | 'links' | 'broadcast';
type Load = 'calm' | 'busy';
type Cost = { perDelivery: number; times: number[]; deliveries: number };

/** @param loads one of them, or both */
export async function benchFanOut(print: Print, loads: readonly Load[] = ['calm', 'busy']): Promise<void> {
  const results = new Map<string, Cost>();
  for (const load of loads) {
    for (const mode of ['bare', 'links', 'broadcast'] as const) {
      const cost = await run(mode, load);
      results.set(`${load} ${mode}`, cost);
      const bare = results.get(`${load} bare`) ?? cost;
      print(
        `fan-out to ${LINKS}, ${load}, ${mode}: ${cost.perDelivery.toFixed(1)} us CPU a delivery ` +
          `(${ratio(cost.perDelivery, bare.perDelivery)} of bare), p50/p99 ${spread(cost.times)}, ${cost.deliveries} deliveries`,
      );
    }
    const [links, broadcast] = [results.get(`${load} links`), results.get(`${load} broadcast`)];
    if (links && broadcast) {
      print(
        `fan-out to ${LINKS}, ${load}: broadcast costs ${ratio(broadcast.perDelivery, links.perDelivery)} of links`,
      );
    }
  }
}

async function run(mode: Mode, load: Load): Promise<Cost> {
  const server = fork(fileURLToPath(new URL('./fan-out-server.ts', import.meta.url)), [mode], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  try {
    const [port] = (await once(server, 'message')) as [number];
    const times: number[] = [];
    const got = (sentAt: number) => times.push(performance.now() - sentAt);
    const readers = await openReaders(mode, port, LINKS, got);
    const [sender] = readers;
    if (sender === undefined) throw new Error('no links');
    // What was compiled and made ready at the first messages is not what a delivery costs.
    await speak(load, sender, times, 0.2);
    times.length = 0;
    const before = await cpu(server);
    await speak(load, sender, times, 1);
    const spent = (await cpu(server)) - before;
    const deliveries = times.length;
    for (const reader of readers) reader.close();
    return { perDelivery: spent / deliveries, times, deliveries };
  } finally {
    server.kill();
  }
}

/** Says what the load is, and waits until everybody has all of it. */
async function speak(load: Load, sender: Reader, times: number[], part: number): Promise<void> {
  let said = times.length / LINKS;
  const all = async () => {
    while (times.length < said * LINKS) await after(1);
  };
  if (load === 'calm') {
    for (let i = 0; i < CALM_MESSAGES * part; i++) {
      sender.say();
      said++;
      await after(CALM_MS);
    }
    await all();
    return;
  }
  const end = performance.now() + BUSY_MS * part;
  while (performance.now() < end) {
    while (said - Math.floor(times.length / LINKS) < UNDER_WAY) {
      sender.say();
      said++;
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await all();
}

/** Microseconds of user and system time of the server's process so far. */
async function cpu(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [{ user, system }] = (await once(server, 'message')) as [NodeJS.CpuUsage];
  return user + system;
}

if (import.meta.main) {
  const [, , load] = process.argv;
  await benchFanOut(console.log, load === 'calm' || load === 'busy' ? [load] : undefined);
}
