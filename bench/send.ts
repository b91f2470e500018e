/**
 * One `securechat send`, from the start of the process to its end: the built program, a real daemon, a profile that has logged in
 * before. The performance marks of the client split it into phases: start (Node, the program, the profile), login (TCP,
 * handshake, login by key), sending (sync, seal, the daemon's answer) and end (closing). Target: a median of 1.5 s in all.
 */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BenchDaemon, startDaemon } from './daemon.ts';
import { type Print, quantile, ratio } from './report.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../', import.meta.url));
const hook = new URL('./marks.mjs', import.meta.url).href;
const TARGET_MS = 1500;

type Split = { start: number; login: number; sending: number; end: number; all: number };
const phases = ['start', 'login', 'sending', 'end', 'all'] as const;

export async function benchSend(print: Print, quick = false): Promise<void> {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'ignore' });
  const daemon = await startDaemon();
  try {
    const passwordFile = join(daemon.dir, 'password');
    writeFileSync(passwordFile, 'correct horse\n', { mode: 0o600 });
    for (const user of ['alice', 'bob'])
      await securechat(daemon, user, ['register', '--quiet', '--password-file', passwordFile]);
    const runs: Split[] = [];
    const bare: number[] = [];
    for (let i = 0; i < (quick ? 7 : 15); i++) {
      runs.push(await send(daemon));
      bare.push(await bareStart());
    }
    const median = (phase: keyof Split) =>
      quantile(
        runs.map((split) => split[phase]),
        0.5,
      );
    const all = median('all');
    const node = quantile(bare, 0.5);
    print(
      `send, median of ${runs.length}: ${phases.map((phase) => `${phase} ${median(phase).toFixed(0)}`).join(', ')} ms`,
    );
    print(
      `in all ${ratio(all, TARGET_MS)} of the target of ${TARGET_MS} ms; ${ratio(all, node)} of an empty Node program (${node.toFixed(0)} ms)`,
    );
  } finally {
    await daemon.stop();
  }
}

function securechat(daemon: BenchDaemon, user: string, args: string[], env: { [name: string]: string } = {}) {
  const profile = ['--profile', join(daemon.dir, `profile-${user}`), '--server', daemon.join, '--user', user];
  return run(process.execPath, [join(root, 'bin/securechat.js'), ...args, ...profile], {
    env: { ...process.env, ...env },
  });
}

async function send(daemon: BenchDaemon): Promise<Split> {
  const path = join(daemon.dir, 'marks.json');
  const before = performance.timeOrigin + performance.now();
  await securechat(daemon, 'alice', ['send', 'bob', 'hello'], { NODE_OPTIONS: `--import=${hook}`, BENCH_MARKS: path });
  const all = performance.timeOrigin + performance.now() - before;
  const { origin, marks } = JSON.parse(readFileSync(path, 'utf8')) as { origin: number; marks: Record<string, number> };
  const at = (name: string): number => {
    const ms = marks[`securechat:${name}`];
    if (ms === undefined) throw new Error(`the program set no mark ${name}`);
    return origin + ms - before;
  };
  const [ready, online, answered] = [at('ready'), at('online'), at('answered')];
  return {
    start: ready,
    login: online - ready,
    sending: answered - online,
    end: all - answered,
    all,
  };
}

async function bareStart(): Promise<number> {
  const before = performance.now();
  await run(process.execPath, ['--eval', '']);
  return performance.now() - before;
}

if (import.meta.main) await benchSend(console.log, process.argv.includes('--quick'));
