/**
 * One file of 256 MiB up and down: a daemon of its own, a whole client, end to end sealed, real files at both ends, synced.
 * Beside it, in the same run: AES-256-GCM of the same bytes, once, in memory (the limit that the others are counted in: on its
 * way each byte is sealed or opened three times, and hashed twice), a copy of the file with fsync, and scp where a
 * server for it is installed.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect } from '../src/tui/client/client.ts';

const SIZE = 256 * 1024 * 1024;
const PIECE = 262_144;
/** Of /proc/PID/stat on Linux. */
const TICKS_PER_SECOND = 100;
const run = promisify(execFile);

type Print = (line: string) => void;
/** Seconds. */
type Cost = { wall: number; here: number; daemon: number };

export async function benchFiles(print: Print): Promise<void> {
  // Not the temporary folder of the system, which may lie in memory.
  const folder = await mkdtemp(join(process.cwd(), '.bench-'));
  const daemon = spawn(
    process.execPath,
    [fileURLToPath(new URL('../src/daemon/main.ts', import.meta.url)), '--data-dir', folder, '--port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const path = await makeFile(folder);
    const limit = await cost(null, async () => sealInMemory());
    print(line('AES-256-GCM in memory', limit, limit));
    const sha = await cost(null, async () => hashInMemory());
    print(line('SHA-256 in memory', sha, limit));
    print(line('copy with fsync', await cost(null, () => copySynced(path, join(folder, 'copy'))), limit));
    const scp = await benchScp(path, join(folder, 'scp'));
    print(scp === null ? 'scp: no server here' : line('scp aes256-gcm to this machine', scp, limit));
    await benchTransfers(await joinLink(daemon), daemon, folder, path, (what, spent) =>
      print(line(what, spent, limit)),
    );
  } finally {
    daemon.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchTransfers(
  server: string,
  daemon: ChildProcess,
  folder: string,
  path: string,
  tell: (what: string, spent: Cost) => void,
): Promise<void> {
  const client = await connect({
    server,
    user: 'bench',
    profile: join(folder, 'profile'),
    password: 'bench',
    register: {},
    ask: { trust: async () => true, password: async () => null, progress: () => {} },
  });
  try {
    let id = '';
    const up = await cost(daemon, async () => {
      ({ id } = await client.upload('@bench', path));
    });
    tell('upload', up);
    let saved = '';
    const down = await cost(daemon, async () => {
      saved = await client.download(id, { dir: join(folder, 'downloads') });
    });
    tell('download', down);
    if (!(await readFile(saved)).equals(await readFile(path))) throw new Error('the file came back changed');
  } finally {
    await client.close();
  }
}

async function makeFile(folder: string): Promise<string> {
  const path = join(folder, 'file.bin');
  const file = await open(path, 'w');
  for (let done = 0; done < SIZE; done += PIECE) await file.write(randomBytes(PIECE));
  await file.sync();
  await file.close();
  return path;
}

function sealInMemory(): void {
  const key = randomBytes(32);
  const piece = randomBytes(PIECE);
  for (let done = 0; done < SIZE; done += PIECE) {
    const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12));
    cipher.update(piece);
    cipher.final();
    cipher.getAuthTag();
  }
}

function hashInMemory(): void {
  const piece = randomBytes(PIECE);
  const hash = createHash('sha256');
  for (let done = 0; done < SIZE; done += PIECE) hash.update(piece);
  hash.digest();
}

async function copySynced(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const file = await open(to, 'r+');
  await file.sync();
  await file.close();
}

/** null when this machine does not let its own user in without a question. */
async function benchScp(from: string, to: string): Promise<Cost | null> {
  const options = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=accept-new', '-c', 'aes256-gcm@openssh.com'];
  try {
    return await cost(null, async () => {
      await run('scp', [...options, from, `${userInfo().username}@127.0.0.1:${to}`], { timeout: 60_000 });
    });
  } catch {
    return null;
  }
}

async function joinLink(daemon: ChildProcess): Promise<string> {
  if (daemon.stdout === null) throw new Error('the daemon has no stdout');
  for await (const text of createInterface(daemon.stdout)) {
    const logged = JSON.parse(text) as { evt?: string; join?: string };
    if (logged.evt === 'listening' && logged.join !== undefined) {
      daemon.stdout.resume();
      return logged.join;
    }
  }
  throw new Error('the daemon ended before it served');
}

async function cost(daemon: ChildProcess | null, work: () => Promise<void>): Promise<Cost> {
  const daemonBefore = cpuOf(daemon);
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { wall, here: (user + system) / 1e6, daemon: cpuOf(daemon) - daemonBefore };
}

/** Seconds of CPU that a process has used; 0 where there is no /proc. */
function cpuOf(child: ChildProcess | null): number {
  const path = `/proc/${child?.pid}/stat`;
  if (!existsSync(path)) return 0;
  // The name in brackets may hold spaces: user and system are fields 14 and 15, counted from behind it.
  const fields = readFileSync(path, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function line(what: string, { wall, here, daemon }: Cost, limit: Cost): string {
  const speed = `${(SIZE / 1e6 / wall).toFixed(0)} MB/s`;
  const cpu = `CPU ${here.toFixed(2)} s here, ${daemon.toFixed(2)} s daemon`;
  const ratios = `time ${(wall / limit.wall).toFixed(1)}, CPU ${((here + daemon) / limit.here).toFixed(1)}`;
  return `256 MiB, ${what}: ${speed}, ${cpu}; times the limit: ${ratios}`;
}

if (import.meta.main) await benchFiles(console.log);
