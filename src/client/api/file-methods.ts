/** The part of the library's interface that is about files: sharing and saving them, and their unfinished transfers. */
import type { ConversationName, FileInfo, FileRef, ListedFile, TransferOptions, TransferState } from '../types.ts';

/** Methods of `Client`. They throw ClientError; the codes are listed with each method. */
export interface FileMethods {
  /**
   * Shares a file. Resolves when the server has stored the file and its message. Called again with the same file, it continues where
   * it stopped.
   * @param options `onProgress` is called a few times a second
   * @throws ClientError 'usage' when the file cannot be read, has changed, or is being sent already; 'refused' when there is no such
   *   person or room, or no room for the file; 'key-changed'; 'cancelled' when `signal` aborts; 'unreachable' when the connection is
   *   closed for good
   * @example
   * const onProgress = ({ done, size }: TransferState) => console.log(`${done} of ${size} bytes`);
   * const { id } = await client.upload('@bob', './photo.jpg', { onProgress });
   */
  upload(to: ConversationName, path: string, options?: TransferOptions): Promise<FileInfo>;

  /**
   * Resolves with the files of a conversation, or of all conversations, the newest first.
   * @throws ClientError 'usage' for a malformed name; 'refused' when there is no such person or room; 'untrusted' when the server
   *   repeats itself
   * @example
   * for (const { name, size, from } of await client.files('#lobby')) console.log(name, size, from);
   */
  files(conversation?: ConversationName): Promise<ListedFile[]>;

  /**
   * Downloads and verifies a file. Called again with the same folder, it continues where it stopped.
   * @param options `dir`: the folder; it is made if it is missing. No file in it is overwritten
   * @returns the path of the saved file
   * @throws ClientError 'usage' when the folder cannot be used or the download is running already; 'refused' when no conversation has
   *   the file, it is not what its sender signed, or the disk is full; 'cancelled' when `signal` aborts; 'unreachable' when the
   *   connection is closed for good
   * @example
   * const [newest] = await client.files('@bob');
   * if (newest) console.log(await client.download(newest, { dir: './downloads' }));
   */
  download(file: FileRef, options: TransferOptions & { dir: string }): Promise<string>;

  /**
   * Resolves with the unfinished transfers of this account and profile, also from before this start: running here or paused, but not
   * those that another program of this profile runs. A download that was saved just before its program ended is listed once, as done.
   * @example
   * for (const { name, done, size } of await client.transfers()) console.log(`${name}: ${done} of ${size} bytes`);
   */
  transfers(): Promise<TransferState[]>;

  /**
   * Continues a paused or failed transfer. Resolves when it is done.
   * @param options `dir`: the folder in which a download starts over if its own folder cannot be used any more
   * @throws ClientError 'usage' when the file to send is gone or changed (the transfer stays: restore the file, or `drop` it);
   *   'refused' when there is no such transfer; 'key-changed'; 'cancelled' when `signal` aborts; 'unreachable' when the connection is
   *   closed for good
   * @example
   * for (const transfer of await client.transfers()) if (transfer.state === 'paused') await client.resume(transfer);
   */
  resume(transfer: FileRef, options?: TransferOptions & { dir?: string }): Promise<TransferState>;

  /**
   * Pauses a transfer of this client. Resolves when it has stopped. `resume` continues it, also after a restart.
   * @throws ClientError 'refused' when this client is not running it
   * @example
   * for (const transfer of await client.transfers()) if (transfer.state === 'running') await client.pause(transfer);
   */
  pause(transfer: FileRef): Promise<void>;

  /**
   * Gives up a transfer: deletes the server's part of an upload (after the next login, if offline) or the `.part` file of a download.
   * @throws ClientError 'refused' when there is no such transfer, or another program is running it
   * @example
   * for (const transfer of await client.transfers()) await client.drop(transfer);
   */
  drop(transfer: FileRef): Promise<void>;
}
