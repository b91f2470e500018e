/**
 * Uploads and downloads one file of 256 MiB: a real daemon, a whole client, end-to-end encryption, real files with fsync at both
 * ends. For comparison, in the same run: AES-256-GCM of the same bytes, once, in memory (the unit for the other figures: a transfer
 * encrypts or decrypts each byte three times and hashes it twice), a copy of the file with fsync, and scp if sshd is installed.
 */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../src/client/connect.ts';
import { type BenchDaemon, startDaemon } from './daemon.ts';
import { startScp } from './scp.ts';

const SIZE = 256 * 1024 * 1024;
const PIECE = 262_144;

type Print = (line: string) => void;
/** Seconds. */
type Cost = { wall: number; here: number; daemon: number };

export async function benchFiles(print: Print): Promise<void> {
  // Not the system's temporary folder: it may be in memory.
  const folder = await mkdtemp(join(process.cwd(), '.bench-'));
  const daemon = await startDaemon({ parent: folder });
  const scp = await startScp(join(folder, 'ssh'));
  try {
    const path = await makeFile(folder);
    const limit = await cost(null, async () => sealInMemory());
    print(line('AES-256-GCM in memory, the limit', limit, limit));
    print(line('SHA-256 in memory', await cost(null, async () => hashInMemory()), limit));
    print(line('a copy with fsync', await cost(null, () => copySynced(path, join(folder, 'copy'))), limit));
    const copied = scp === null ? null : await cost(null, () => scp.copy(path, join(folder, 'scp')));
    print(
      copied === null
        ? 'scp: sshd is not installed here'
        : line('scp aes256-gcm to this machine (its CPU is not counted)', copied, limit),
    );
    await benchTransfers(daemon, folder, path, (what, spent) => print(line(what, spent, limit)));
  } finally {
    scp?.stop();
    await daemon.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchTransfers(
  daemon: BenchDaemon,
  folder: string,
  path: string,
  report: (what: string, spent: Cost) => void,
): Promise<void> {
  const client = await connect({
    server: daemon.join,
    user: 'bench',
    profile: join(folder, 'profile'),
    password: 'bench',
    register: {},
    ask: { trust: async () => true, password: async () => null, progress: () => {} },
  });
  try {
    let file = { author: '', id: '' };
    const up = await cost(daemon, async () => {
      file = await client.upload('@bench', path);
    });
    report('upload', up);
    let saved = '';
    const down = await cost(daemon, async () => {
      saved = await client.download(file, { dir: join(folder, 'downloads') });
    });
    report('download', down);
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

async function cost(daemon: BenchDaemon | null, work: () => Promise<void>): Promise<Cost> {
  const daemonBefore = daemon?.cpu() ?? 0;
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { wall, here: (user + system) / 1e6, daemon: (daemon?.cpu() ?? 0) - daemonBefore };
}

function line(what: string, { wall, here, daemon }: Cost, limit: Cost): string {
  const speed = `${(SIZE / 1e6 / wall).toFixed(0)} MB/s`;
  const cpu = `CPU ${here.toFixed(2)} s here, ${daemon.toFixed(2)} s daemon`;
  const ratios = `time ${(wall / limit.wall).toFixed(1)}, CPU ${((here + daemon) / limit.here).toFixed(1)}`;
  return `256 MiB, ${what}: ${speed}, ${cpu}; times the limit: ${ratios}`;
}

if (import.meta.main) await benchFiles(console.log);
