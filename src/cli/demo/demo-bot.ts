/**
 * Robin, the bot of the demo: a small program on the public client library. It greets the newcomer, answers messages, sends a file,
 * downloads the files it gets and reports their hashes.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import type { Client } from '../../client/api/client-api.ts';
import type { ConversationName, FileInfo, Message } from '../../client/types.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import { BotReplies, botTexts, type Reply } from './bot-replies.ts';

/** The pause before each message, so that a person can follow. ms. */
const PAUSE_MS = 1500;
const FILE_NAME = 'welcome.txt';
/** The bot does not download larger files. */
const MAX_FILE_BYTES = 10_000_000;

export type DemoBotOptions = {
  client: Client;
  /** The newcomer's name. */
  guest: string;
  /** The folder for the files that it sends and downloads. */
  dir: string;
  clock: Clock;
  /** The pause before each message, shorter in tests. ms. */
  pause?: number;
};

export class DemoBot {
  readonly #parts: DemoBotOptions;
  readonly #replies = new BotReplies();
  readonly #stop: () => void;
  #work: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(parts: DemoBotOptions) {
    this.#parts = parts;
    this.#stop = parts.client.subscribe((event) => {
      if (event.type === 'message' && event.fresh) this.#onMessage(event.message);
    });
  }

  /** Says hello in the lobby and in private. */
  greet(): void {
    const { guest } = this.#parts;
    this.#do(() => this.#say('#lobby', botTexts.welcome(guest)));
    this.#do(() => this.#say('#lobby', botTexts.invitation));
    this.#do(() => this.#say(`@${guest}`, botTexts.whisper));
  }

  /** Stops the bot; resolves when the message it was sending is sent. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#stop();
    await this.#work;
  }

  #onMessage(message: Message) {
    const { guest } = this.#parts;
    if (message.from !== guest || message.deleted) return;
    const { body, conversation } = message;
    if (body.kind === 'file') return this.#do(() => this.#check(conversation, body.file));
    const replies = this.#replies.repliesTo(body.text);
    if (replies.some(({ type }) => type !== 'reaction')) this.#parts.client.typing(conversation);
    for (const reply of replies) this.#do(() => this.#sendReply(message, reply));
  }

  async #sendReply(message: Message, reply: Reply): Promise<void> {
    const { client, clock } = this.#parts;
    const { conversation } = message;
    if (reply.type === 'file') return this.#share(conversation);
    if (reply.type === 'reaction') return client.react(message, reply.emoji, true);
    if (reply.type === 'quote') return void (await client.queue(conversation, reply.text, { reply: message }));
    if (reply.type === 'time') return this.#say(conversation, botTexts.time(new Date(clock.now())));
    return this.#say(conversation, reply.text);
  }

  async #share(to: ConversationName): Promise<void> {
    const { client, dir } = this.#parts;
    const path = join(dir, FILE_NAME);
    await writeFile(path, botTexts.file);
    await client.upload(to, path);
    await this.#say(to, botTexts.fileSent(FILE_NAME));
  }

  /** Downloads a file and tells the sender its hash. */
  async #check(from: ConversationName, file: FileInfo): Promise<void> {
    const { client, dir } = this.#parts;
    const { name, size } = file;
    if (size > MAX_FILE_BYTES) return this.#say(from, botTexts.fileBig(name, prettyBytes(size)));
    const path = await client.download(file, { dir });
    const hash = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    await this.#say(from, botTexts.fileFetched(name, prettyBytes(size), hash.slice(0, 16)));
  }

  async #say(to: ConversationName, text: string): Promise<void> {
    await this.#parts.client.queue(to, text);
  }

  /** Queues an action, with a pause before it. Failures are ignored: the bot must not disturb the demo. */
  #do(action: () => Promise<void>): void {
    const { clock, pause = PAUSE_MS } = this.#parts;
    this.#work = this.#work
      .then(() => sleep(clock, this.#ended ? 0 : pause))
      .then(() => (this.#ended ? undefined : action()))
      .catch(() => {});
  }
}
