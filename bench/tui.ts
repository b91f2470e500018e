/**
 * The screen in a pty of 120x40, quiet machine assumed: start to first paint, key to paint with 10,000 messages held, bytes a
 * key, CPU while messages arrive, memory. weechat and irssi stand beside it where they are installed (start and keys only).
 * Targets: first paint <= 250 ms, key p95 <= 10 ms, RSS <= 150 MiB.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type IPty, spawn } from '@lydell/node-pty';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const MESSAGES = 10_000;
const KEYS = 200;
const TICKS_A_SECOND = 100;

export async function benchTui(print: (line: string) => void): Promise<void> {
  const program = await bundled();
  const profile = mkdtempSync(join(tmpdir(), 'securechat-bench-'));
  try {
    const starts = [];
    for (let i = 0; i < 5; i++)
      starts.push(await firstPaint([join(root, 'bin/securechat.js'), '--profile', profile], 'SecureChat'));
    print(`start to first paint, the form: ${spread(starts)} ms`);
    const full = [];
    for (let i = 0; i < 5; i++) full.push(await firstPaint([program, 'talk', String(MESSAGES)], '#lobby'));
    print(`start to first paint, the chat: ${spread(full)} ms`);

    const { times, bytes, rss } = await keys(program);
    print(
      `key to paint with ${MESSAGES} messages: p50 ${part(times, 0.5)} ms, p95 ${part(times, 0.95)} ms; ${bytes} bytes a key; RSS ${rss} MiB`,
    );

    for (const perSecond of [100, 1000]) {
      print(`CPU at ${perSecond} arriving messages a second: ${await cpuAt(program, perSecond)} %`);
    }
    for (const other of ['irssi', 'weechat']) {
      if (spawnSync('which', [other]).status !== 0) print(`${other} is not installed here`);
      else print(`${other}, start to first paint: ${await otherStart(other)} ms`);
    }
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

/** The screen with a client that speaks by itself, bundled as the real program is. */
async function bundled(): Promise<string> {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'ignore' });
  await build({
    entryPoints: { stage: join(root, 'test/tui/helpers/stage-program.tsx') },
    outdir: join(root, 'dist/bench'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.13',
    minifySyntax: true,
    jsx: 'automatic',
    outExtension: { '.js': '.mjs' },
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { 'react-devtools-core': join(root, 'scripts/no-devtools.mjs') },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
  });
  return join(root, 'dist/bench/stage.mjs');
}

function run(args: string[], onData: (text: string) => void): IPty {
  const env = { ...process.env, COLORTERM: 'truecolor', NODE_ENV: 'production' } as Record<string, string>;
  delete env.NO_COLOR;
  delete env.FORCE_COLOR;
  const pty = spawn(process.execPath, args, { cols: 120, rows: 40, name: 'xterm-256color', env });
  pty.onData(onData);
  return pty;
}

async function firstPaint(args: string[], sign: string): Promise<number> {
  const start = performance.now();
  const painted = Promise.withResolvers<number>();
  let seen = '';
  const pty = run(args, (text) => {
    seen += text;
    if (seen.includes(sign)) painted.resolve(performance.now() - start);
  });
  const ms = await painted.promise;
  pty.kill('SIGKILL');
  return ms;
}

async function keys(program: string): Promise<{ times: number[]; bytes: number; rss: number }> {
  let total = 0;
  let arrived = () => {};
  const pty = run([program, 'talk', String(MESSAGES)], (text) => {
    total += Buffer.byteLength(text);
    arrived();
  });
  await after(2500);
  const times: number[] = [];
  const before = total;
  for (let i = 0; i < KEYS; i++) {
    const painted = Promise.withResolvers<void>();
    arrived = painted.resolve;
    const start = performance.now();
    // Every 60 letters the line is emptied: what is measured is a letter, not a long line.
    pty.write(i % 60 === 59 ? '\x15' : ('abcdefghij'[i % 10] as string));
    await painted.promise;
    times.push(performance.now() - start);
    await after(40);
  }
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pty.pid}/status`, 'utf8'))?.[1]) / 1024;
  pty.kill('SIGKILL');
  return { times: times.sort((a, b) => a - b), bytes: Math.round((total - before) / KEYS), rss: Math.round(rss) };
}

/** Per cent of one core over five seconds. */
async function cpuAt(program: string, perSecond: number): Promise<number> {
  const pty = run([program, `rate:${perSecond}`, String(MESSAGES)], () => {});
  await after(3000);
  const start = ticks(pty.pid);
  await after(5000);
  const used = ticks(pty.pid) - start;
  pty.kill('SIGKILL');
  return Math.round(((used / TICKS_A_SECOND) * 100) / 5);
}

/** User and system time of a process. */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

async function otherStart(program: string): Promise<number> {
  const start = performance.now();
  const painted = Promise.withResolvers<number>();
  const pty = spawn(program, [], {
    cols: 120,
    rows: 40,
    name: 'xterm-256color',
    env: process.env as Record<string, string>,
  });
  let bytes = 0;
  pty.onData((text) => {
    bytes += text.length;
    if (bytes > 1000) painted.resolve(performance.now() - start);
  });
  const ms = await painted.promise;
  pty.kill('SIGKILL');
  return Math.round(ms);
}

function part(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

function spread(values: number[]): string {
  const sorted = [...values].sort((a, b) => a - b).map(Math.round);
  return `${sorted[Math.floor(sorted.length / 2)]} (${sorted[0]} to ${sorted.at(-1)})`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchTui((line) => console.log(line));
