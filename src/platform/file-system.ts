/** The part of node:fs/promises that is used, passed as a value so that tests can fill a disk or fail a sync. */

/** An open file: the subset of FileHandle that is used. */
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
  /** Number of hard links. */
  nlink: number;
  mode: number;
  uid: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** `import * as fs from 'node:fs/promises'` satisfies it. */
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
  /** Size of the disk that holds `path`, and what this user may still use, in blocks of `bsize` bytes. */
  statfs(path: string): Promise<{ bsize: number; blocks: number; bavail: number }>;
  /** Changes of a file, or of the files in a folder, as far as the system reports them. `persistent` keeps the process alive. */
  watch(
    path: string,
    options: { persistent: boolean; signal?: AbortSignal },
  ): AsyncIterable<{ filename: string | null }>;
}
