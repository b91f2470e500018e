import type { FileMethods } from '../../../src/client/api/file-methods.ts';
import type {
  ConversationName,
  FileInfo,
  FileRef,
  ListedFile,
  TransferOptions,
  TransferState,
} from '../../../src/client/types.ts';
import { FakeAccount } from './fake-account.ts';
import { noon, transfer } from './messages.ts';

/** The part of FakeClient about files. */
export class FakeFiles extends FakeAccount implements FileMethods {
  allFiles: FileInfo[] = [];
  /** Where each file was saved, by its id. */
  saved: Record<string, string> = {};
  /** Transfers of earlier starts, and those the test adds. */
  begun: TransferState[] = [];
  #ids = 0;

  /** The next number for an id. */
  protected newId(): number {
    return ++this.#ids;
  }

  async upload(to: ConversationName, path: string, options: TransferOptions = {}): Promise<FileInfo> {
    this.call('upload', to, path);
    const name = path.split('/').at(-1) ?? path;
    const info: FileInfo = {
      id: `u${this.newId()}`,
      author: this.me.name,
      conversation: to,
      from: this.me.name,
      formerKey: false,
      name,
      type: '',
      size: 1000,
      sha256: '00',
      at: noon,
      sentAt: noon,
    };
    const { id, author } = info;
    const state = transfer({ id, author, name, conversation: to, size: 1000, done: 400, rate: 200 });
    options.onProgress?.(state);
    this.emit({ type: 'transfer', transfer: state });
    return info;
  }

  async files(): Promise<ListedFile[]> {
    return this.allFiles.map((file) => ({ ...file, saved: this.saved[file.id] ?? null }));
  }

  async download({ id }: FileRef, options: TransferOptions & { dir: string }): Promise<string> {
    this.call('download', id, options.dir);
    return `${options.dir}/x`;
  }

  async transfers(): Promise<TransferState[]> {
    return this.begun;
  }

  async resume({ id }: FileRef, options: TransferOptions & { dir?: string } = {}): Promise<TransferState> {
    this.call('resume', id, options.dir);
    options.onProgress?.({ ...this.#begun(id), state: 'running', note: null });
    const done = { ...this.#begun(id), state: 'done', note: '/downloads/x' } as const;
    this.emit({ type: 'transfer', transfer: done });
    return done;
  }

  async pause({ id }: FileRef): Promise<void> {
    this.call('pause', id);
    this.emit({ type: 'transfer', transfer: { ...this.#begun(id), state: 'paused', rate: 0 } });
  }

  async drop({ id }: FileRef): Promise<void> {
    this.call('drop', id);
    this.emit({ type: 'transfer', transfer: { ...this.#begun(id), state: 'cancelled', rate: 0 } });
  }

  #begun(id: string): TransferState {
    const found = this.begun.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no transfer ${id}`);
    return found;
  }
}
