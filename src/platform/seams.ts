/**
 * What both programs ask of the outside world, given to them as values, so that rekeying, retention, limits,
 * a full disk and "fsync before the answer" can be tested. Types, the two defaults that touch no file, and a way to ask each.
 */
import { randomBytes } from 'node:crypto';

export interface Clock {
  /** Milliseconds since 1970, UTC. May jump. */
  now(): number;
  /** Milliseconds that never go back, from an arbitrary start. */
  monotonic(): number;
  /** Runs `action` once after `ms`; the returned function cancels it. The timer does not keep the process alive. */
  after(ms: number, action: () => void): () => void;
}

/** `size` fresh random bytes. */
export type Random = (size: number) => Uint8Array;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = (size) => randomBytes(size);

/** Resolves after `ms`, at once for 0. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => clock.after(ms, resolve));
}

/** Any of the numbers below 2 ** 32, each as likely. */
export function randomU32(random: Random): number {
  return Buffer.from(random(4)).readUInt32BE();
}

/** An open file. The subset of node:fs/promises' FileHandle that is used. */
export interface OpenFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  write(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  stat(): Promise<FileStat>;
  close(): Promise<void>;
}

export interface FileStat {
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  ino: number;
  /** How many names it has. */
  nlink: number;
  mode: number;
  uid: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** The subset of node:fs/promises that is used; `import * as fs from 'node:fs/promises'` satisfies it. */
export interface FileSystem {
  open(path: string, flags: string | number, mode?: number): Promise<OpenFile>;
  readFile(path: string): Promise<Uint8Array>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<FileStat>;
  lstat(path: string): Promise<FileStat>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string, options: { mode: number }): Promise<unknown>;
  chmod(path: string, mode: number): Promise<void>;
  /** Of the disk that holds `path`, in blocks of `bsize` bytes: what there is, and what this user may still take. */
  statfs(path: string): Promise<{ bsize: number; blocks: number; bavail: number }>;
  /** What changes in a folder, as far as the system tells; `persistent`: keeps the process alive. */
  watch(path: string, options: { persistent: boolean }): AsyncIterable<{ filename: string | null }>;
}
