/** Endless requests on one link without reading the answers: the daemon stays small and serves others meanwhile. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { encodeRequest } from '../../src/protocol/wire/codec.ts';
import { loggedInClient } from '../helpers/client/client.ts';
import { startDaemon } from '../helpers/daemon/daemon.ts';
import { until } from '../helpers/until.ts';

const MIB = 1024;

/** The memory of a process, in KiB. */
function resident(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

test('a client that asks without reading holds up only its own link, and gets every answer once it reads', async (t) => {
  const daemon = await startDaemon(t);
  const hostile = await loggedInClient(t, daemon, 'mallory');
  const honest = await loggedInClient(t, daemon, 'alice');
  const before = resident(daemon.process.pid);
  let answered = 0;
  hostile.link.onMessage = () => {
    answered += 1;
  };
  // The answers to the second one would exceed a client's send queue.
  const pings = [encodeRequest(1, 'ping', {}), 5_000] as const;
  const cards = [encodeRequest(1, 'cards', { name: 'alice', from: 0 }), 7_000] as const;
  for (const [request, count] of [pings, cards]) {
    answered = 0;
    hostile.socket.pause();
    for (let i = 0; i < count; i++) hostile.link.send(request);
    for (let i = 0; i < 50; i++) await honest.request('ping', {});
    const now = resident(daemon.process.pid);
    t.true(now - before < 64 * MIB, `${now} KiB, ${before} before`);
    t.is(answered, 0);
    hostile.socket.resume();
    await until(() => answered === count || hostile.socket.destroyed);
    t.is(answered, count);
  }
});
