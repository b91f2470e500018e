/**
 * The whole screen under load: the built program in a pty of 120x40, a real daemon, and a client that writes to the lobby at a
 * steady rate. The screen verifies, decrypts, stores and draws every message. CPU and memory are those of the screen's process.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import type { Client } from '../src/client/api/client-api.ts';
import { connect } from '../src/client/connect.ts';
import { type BenchDaemon, startDaemon } from './daemon.ts';
import { cpuSeconds, residentMiB } from './process.ts';
import type { Print } from './report.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const PER_SECOND = 50;
const SECONDS = 20;

export async function benchReceive(print: Print): Promise<void> {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'ignore' });
  const daemon = await startDaemon();
  const reader = await account(daemon, 'reader');
  await reader.close();
  const writer = await account(daemon, 'writer');
  const screen = await openScreen(daemon);
  try {
    const before = { cpu: cpuSeconds(screen.pid), memory: residentMiB(screen.pid) };
    const waiting: Promise<unknown>[] = [];
    for (let i = 0; i < PER_SECOND * SECONDS; i++) {
      waiting.push(writer.send('#lobby', `message ${i} that says a little more than nothing`));
      await after(1000 / PER_SECOND);
    }
    await Promise.all(waiting);
    // This text begins differently: the screen redraws only the changed part of a row.
    await writer.send('#lobby', 'enough');
    await screen.shows('enough');
    const cpu = cpuSeconds(screen.pid) - before.cpu;
    const each = (cpu * 1000) / (PER_SECOND * SECONDS);
    print(
      `${PER_SECOND} messages a second: ${Math.round((cpu / SECONDS) * 100)} % of a core, ${each.toFixed(1)} ms each`,
    );
    print(`RSS ${before.memory} MiB before, ${residentMiB(screen.pid)} MiB after ${PER_SECOND * SECONDS} messages`);
  } finally {
    screen.kill();
    await writer.close();
    await daemon.stop();
  }
}

function account(daemon: BenchDaemon, user: string): Promise<Client> {
  const ask = { trust: async () => false, password: async () => null, progress() {} };
  const profile = join(daemon.dir, user);
  return connect({ server: daemon.join, user, ask, password: 'correct horse battery', profile, register: {} });
}

async function openScreen(daemon: BenchDaemon) {
  const args = ['--server', daemon.join, '--user', 'reader', '--profile', join(daemon.dir, 'reader')];
  const env = { ...process.env, COLORTERM: 'truecolor', NODE_ENV: 'production' } as Record<string, string>;
  const pty = spawn(process.execPath, [join(root, 'bin/securechat.js'), ...args], {
    cols: 120,
    rows: 40,
    name: 'xterm-256color',
    env,
  });
  let seen = '';
  pty.onData((text) => {
    seen = (seen + text).slice(-100_000);
  });
  const shows = async (sign: string): Promise<void> => {
    while (!seen.includes(sign)) await after(50);
  };
  await shows('● online');
  return { pid: pty.pid, shows, kill: () => pty.kill('SIGKILL') };
}

if (import.meta.main) await benchReceive(console.log);
