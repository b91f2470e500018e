/**
 * The screen in a pty of 120x40, on an idle machine: time from start to first paint, from key to paint with 10,000 messages loaded,
 * bytes written per key, CPU while messages arrive, memory. weechat and irssi are measured too if they are installed.
 * Targets: first paint <= 250 ms, key p95 <= 10 ms, RSS <= 150 MiB.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type IPty, spawn } from '@lydell/node-pty';
import { bundle } from '../scripts/bundle.ts';
import { ircServer, isInstalled, type OtherChat, otherChats, withHome } from './other-chats.ts';
import { cpuSeconds, residentMiB } from './process.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const MESSAGES = 10_000;
const KEYS = 200;

export async function benchTui(print: (line: string) => void): Promise<void> {
  const program = await bundled();
  const profile = mkdtempSync(join(tmpdir(), 'securechat-bench-'));
  try {
    const starts = [];
    for (let i = 0; i < 5; i++)
      starts.push(
        await firstPaint(
          process.execPath,
          [join(root, 'bin/securechat.js'), '--profile', profile],
          shows('SecureChat'),
        ),
      );
    print(`start to first paint, the form: ${spread(starts)} ms`);
    const full = [];
    for (let i = 0; i < 5; i++)
      full.push(await firstPaint(process.execPath, [program, 'talk', String(MESSAGES)], shows('#lobby')));
    print(`start to first paint, the chat: ${spread(full)} ms`);

    const { times, bytes, rss } = await keys(program);
    print(`key to paint with ${MESSAGES} messages: ${figures(times)}; ${bytes} bytes a key; RSS ${rss} MiB`);

    for (const perSecond of [100, 1000]) {
      print(`CPU at ${perSecond} arriving messages a second: ${await cpuAt(program, perSecond)} %`);
    }
    for (const chat of otherChats) {
      if (isInstalled(chat.name)) await other(chat, print);
      else print(`${chat.name} is not installed here`);
    }
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

/** The screen with a client that speaks by itself, bundled as the real program is. */
async function bundled(): Promise<string> {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'ignore' });
  await bundle({
    entryPoints: { stage: join(root, 'test/helpers/screen/stage-program.tsx') },
    outdir: join(root, 'dist/bench'),
    outExtension: { '.js': '.mjs' },
  });
  return join(root, 'dist/bench/stage.mjs');
}

function run(program: string, args: string[], onData: (text: string) => void): IPty {
  const env = { ...process.env, COLORTERM: 'truecolor', NODE_ENV: 'production' } as Record<string, string>;
  delete env.NO_COLOR;
  delete env.FORCE_COLOR;
  const pty = spawn(program, args, { cols: 120, rows: 40, name: 'xterm-256color', env });
  pty.onData(onData);
  return pty;
}

async function firstPaint(program: string, args: string[], painted: (seen: string) => boolean): Promise<number> {
  const start = performance.now();
  const first = Promise.withResolvers<number>();
  let seen = '';
  const pty = run(program, args, (text) => {
    seen += text;
    if (painted(seen)) first.resolve(performance.now() - start);
  });
  const ms = await first.promise;
  pty.kill('SIGKILL');
  return ms;
}

async function keys(program: string): Promise<{ times: number[]; bytes: number; rss: number }> {
  let total = 0;
  let arrived = () => {};
  const pty = run(process.execPath, [program, 'talk', String(MESSAGES)], (text) => {
    total += Buffer.byteLength(text);
    arrived();
  });
  await after(2500);
  const before = total;
  const { times } = await type(pty, (painted) => (arrived = painted));
  const rss = residentMiB(pty.pid);
  pty.kill('SIGKILL');
  return { times, bytes: Math.round((total - before) / KEYS), rss };
}

/** Types letters, each after the previous one was painted. Returns the times in ms, sorted. */
async function type(pty: IPty, onAnswer: (painted: () => void) => void): Promise<{ times: number[] }> {
  const times: number[] = [];
  for (let i = 0; i < KEYS; i++) {
    const painted = Promise.withResolvers<void>();
    onAnswer(painted.resolve);
    const start = performance.now();
    // Clear the line every 60 letters, so that a long line does not distort the times.
    pty.write(i % 60 === 59 ? '\x15' : ('abcdefghij'[i % 10] as string));
    await painted.promise;
    times.push(performance.now() - start);
    await after(40);
  }
  return { times: times.sort((a, b) => a - b) };
}

async function cpuAt(program: string, perSecond: number): Promise<number> {
  const pty = run(process.execPath, [program, `rate:${perSecond}`, String(MESSAGES)], () => {});
  await after(3000);
  const used = await cpu(pty.pid);
  pty.kill('SIGKILL');
  return used;
}

/** CPU use over five seconds, in per cent of one core. */
async function cpu(pid: number): Promise<number> {
  const start = cpuSeconds(pid);
  await after(5000);
  return Math.round(((cpuSeconds(pid) - start) * 100) / 5);
}

/** Measures the same three figures for another program. */
async function other(chat: OtherChat, print: (line: string) => void): Promise<void> {
  const starts = [];
  for (let i = 0; i < 3; i++)
    starts.push(
      await withHome(chat.name, (home) => firstPaint(chat.name, chat.argv(1, home), (seen) => seen.length > 1000)),
    );
  print(`${chat.name}, start to first paint: ${spread(starts)} ms`);
  await withHome(chat.name, async (home) => {
    const server = await ircServer();
    let arrived = () => {};
    const pty = run(chat.name, chat.argv(server.port, home), () => arrived());
    try {
      await server.joined;
      await after(500);
      pty.write(chat.afterJoin);
      server.talk(1000);
      await after((MESSAGES / 1000) * 1000);
      server.talk(0);
      await after(1500);
      const { times } = await type(pty, (painted) => (arrived = painted));
      print(`${chat.name}, key to paint with ${MESSAGES} messages: ${figures(times)}; RSS ${residentMiB(pty.pid)} MiB`);
      for (const perSecond of [100, 1000]) {
        server.talk(perSecond);
        await after(1000);
        print(`${chat.name}, CPU at ${perSecond} arriving messages a second: ${await cpu(pty.pid)} %`);
      }
    } finally {
      pty.kill('SIGKILL');
      server.close();
    }
  });
}

const shows = (sign: string) => (seen: string) => seen.includes(sign);

function figures(sorted: readonly number[]): string {
  return `p50 ${part(sorted, 0.5)} ms, p95 ${part(sorted, 0.95)} ms`;
}

function part(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

function spread(values: number[]): string {
  const sorted = [...values].sort((a, b) => a - b).map(Math.round);
  return `${sorted[Math.floor(sorted.length / 2)]} (${sorted[0]} to ${sorted.at(-1)})`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchTui((line) => console.log(line));
