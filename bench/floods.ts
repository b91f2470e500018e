/**
 * Fifty hostile links flood the daemon, one kind of flood after the other, while two people chat. Measures the time of a ping and
 * of a private message until it arrives, without and during the flood, and what the daemon used. Daemon, flood and pair run in
 * processes of their own. The flood uses 0.6 of a core at most; the kind "nothing" uses that much without the daemon.
 * Target: p99 below 50 ms in each flood.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startDaemon } from './daemon.ts';
import { floods } from './flood-kinds.ts';
import { logIn, noteMaker, writeAccounts } from './flood-people.ts';
import { type Print, spread } from './report.ts';

const BASE_MS = 2_000;
const FLOOD_MS = 6_000;
/** The time for logins and first requests, before the measurement. */
const BEGIN_MS = 1_500;
const BETWEEN_MS = 10;

type Times = { ping: number[]; whisper: number[] };

/** @throws Error if `only` names an unknown kind */
export async function benchFloods(print: Print, only: readonly string[] = Object.keys(floods)): Promise<void> {
  for (const kind of only)
    if (!Object.hasOwn(floods, kind))
      throw new Error(`unknown flood ${kind}; the floods are ${Object.keys(floods).join(', ')}`);
  print(
    '| flood | ping, base | ping, during | whisper, base | whisper, during | daemon CPU | flood CPU | RSS before, during, after |',
  );
  print('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const kind of only) print(await floodedBy(kind));
}

async function floodedBy(kind: string): Promise<string> {
  const daemon = await startDaemon({ prepare: writeAccounts });
  const pair = await openPair(daemon.port);
  const child = fork(fileURLToPath(new URL('./flood-process.ts', import.meta.url)), [kind, String(daemon.port)], {
    execArgv: [],
  });
  try {
    await once(child, 'message');
    await pair.talk(500);
    const base = await pair.talk(BASE_MS);
    const before = daemon.rss();
    const failures: string[] = [];
    let flood = Number.NaN;
    child.on('message', (message: { failed?: string; share?: number }) => {
      if (message.failed !== undefined) failures.push(message.failed);
      if (message.share !== undefined) flood = message.share;
    });
    child.send('begin');
    await after(BEGIN_MS);
    const cpu = daemon.cpu();
    const from = performance.now();
    const during = await pair.talk(FLOOD_MS);
    const busy = (daemon.cpu() - cpu) / ((performance.now() - from) / 1000);
    const high = daemon.rss();
    child.send('end');
    await once(child, 'exit');
    await pair.talk(4_000);
    const rss = [before, high, daemon.rss()].map((mib) => `${mib}`).join(', ');
    const failed = failures.length > 0 ? ` (${failures.length} links failed: ${failures[0]})` : '';
    return (
      `| ${kind}${failed} | ${spread(base.ping)} | ${spread(during.ping)} | ${spread(base.whisper)} | ${spread(during.whisper)} ` +
      `| ${busy.toFixed(2)} | ${flood.toFixed(2)} | ${rss} MiB |`
    );
  } finally {
    child.kill();
    pair.close();
    await daemon.stop();
  }
}

/** Logs alice and bob in. Alice pings the daemon and writes to bob in turn. */
async function openPair(port: number) {
  const alice = await logIn(port, 'alice');
  const bob = await logIn(port, 'bob');
  const note = await noteMaker('alice', 'bob');
  let n = 0;
  let arrived = () => {};
  bob.calls.listen((event) => {
    if (event.method === 'posted') arrived();
  });
  const timed = async (into: number[], action: () => Promise<unknown>) => {
    const before = performance.now();
    await action();
    into.push(performance.now() - before);
  };
  const whisper = async () => {
    const there = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await Promise.all([alice.calls.request('whisper', { to: 'bob', note: note(++n), file: null }), there]);
  };
  return {
    async talk(ms: number): Promise<Times> {
      const times: Times = { ping: [], whisper: [] };
      for (const end = performance.now() + ms; performance.now() < end; ) {
        await timed(times.ping, () => alice.calls.request('ping', {}));
        await timed(times.whisper, whisper);
        await after(BETWEEN_MS);
      }
      return times;
    },
    close() {
      alice.link.destroy();
      bob.link.destroy();
    },
  };
}

if (import.meta.main) {
  const only = process.argv.slice(2);
  await benchFloods(console.log, only.length > 0 ? only : undefined);
}
