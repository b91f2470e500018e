/**
 * One message to 100 links: the server's CPU time per delivery (user and system), and the time from the sender's write to each
 * reader. Calm: 10 messages a second. Busy: 8 messages in flight at any time. Three modes in one run:
 *   bare       node:net, the same bytes to every socket, one write per turn of the event loop
 *   links      a record sealed for each link (--no-broadcast)
 *   broadcast  a record sealed once for all links
 * Links and broadcasts are the daemon's own code; nothing is stored. Only ratios within one run are meaningful.
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
const IN_FLIGHT = 8;

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
    execArgv: [],
  });
  try {
    const [port] = (await once(server, 'message')) as [number];
    const times: number[] = [];
    const got = (sentAt: number) => times.push(performance.now() - sentAt);
    const readers = await openReaders(mode, port, LINKS, got);
    const [sender] = readers;
    if (sender === undefined) throw new Error('no links');
    // Warm up, so that compilation is not counted.
    await sendAll(load, sender, times, 0.2);
    times.length = 0;
    const before = await cpu(server);
    await sendAll(load, sender, times, 1);
    const spent = (await cpu(server)) - before;
    const deliveries = times.length;
    for (const reader of readers) reader.close();
    return { perDelivery: spent / deliveries, times, deliveries };
  } finally {
    server.kill();
  }
}

/** Sends the messages of a load and waits until every reader has received them. */
async function sendAll(load: Load, sender: Reader, times: number[], part: number): Promise<void> {
  let sent = times.length / LINKS;
  const allReceived = async () => {
    while (times.length < sent * LINKS) await after(1);
  };
  if (load === 'calm') {
    for (let i = 0; i < CALM_MESSAGES * part; i++) {
      sender.say();
      sent++;
      await after(CALM_MS);
    }
    await allReceived();
    return;
  }
  const end = performance.now() + BUSY_MS * part;
  while (performance.now() < end) {
    while (sent - Math.floor(times.length / LINKS) < IN_FLIGHT) {
      sender.say();
      sent++;
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await allReceived();
}

/** User and system time of the server's process so far, in microseconds. */
async function cpu(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [{ user, system }] = (await once(server, 'message')) as [NodeJS.CpuUsage];
  return user + system;
}

if (import.meta.main) {
  const [, , load] = process.argv;
  await benchFanOut(console.log, load === 'calm' || load === 'busy' ? [load] : undefined);
}
