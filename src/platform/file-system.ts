/** The part of node:fs/promises that is used, handed in as a value so that tests can fill a disk or fail a sync. */

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
