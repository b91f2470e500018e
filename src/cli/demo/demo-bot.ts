/**
 * Robin, who keeps a newcomer company in the demo: a small program on the client library, as anybody could write one. Greets,
 * answers what is written, sends a file, checks those it is sent, and shows three keys worth knowing.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import type { Client, ConversationName, FileInfo, Message } from '../../client/types.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import { BotReplies, botTexts, type Reply } from './bot-replies.ts';

/** Between two lines, so that a person can follow. ms. */
const PAUSE_MS = 1500;
const FILE_NAME = 'welcome.txt';
/** A file above this is admired, not fetched. */
const FETCHED_BYTES = 10_000_000;

export type DemoBotOptions = {
  client: Client;
  /** The newcomer's name. */
  guest: string;
  /** Holds what it sends and fetches. */
  dir: string;
  clock: Clock;
  /** ms between two lines; for tests. */
  pause?: number;
};

export class DemoBot {
  readonly #parts: DemoBotOptions;
  readonly #mind = new BotReplies();
  readonly #stop: () => void;
  #work: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(parts: DemoBotOptions) {
    this.#parts = parts;
    this.#stop = parts.client.subscribe((event) => {
      if (event.type === 'message' && event.fresh) this.#hear(event.message);
    });
  }

  /** Says hello, in the lobby and in private. */
  greet(): void {
    const { guest } = this.#parts;
    this.#do(() => this.#say('#lobby', botTexts.welcome(guest)));
    this.#do(() => this.#say('#lobby', botTexts.invitation));
    this.#do(() => this.#say(`@${guest}`, botTexts.whisper));
  }

  /** Nothing more is said; resolves when what was being said is. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#stop();
    await this.#work;
  }

  #hear(message: Message) {
    const { guest } = this.#parts;
    if (message.from !== guest || message.deleted) return;
    const { body, conversation } = message;
    if (body.kind === 'file') return this.#do(() => this.#check(conversation, body.file));
    const answers = this.#mind.repliesTo(body.text);
    if (answers.some(({ give }) => give !== 'reaction')) this.#parts.client.typing(conversation);
    for (const answer of answers) this.#do(() => this.#give(message, answer));
  }

  async #give(message: Message, answer: Reply): Promise<void> {
    const { client, clock } = this.#parts;
    const { conversation } = message;
    if (answer.give === 'file') return this.#share(conversation);
    if (answer.give === 'reaction') return client.react(message, answer.emoji, true);
    if (answer.give === 'reply') return void (await client.queue(conversation, answer.text, { reply: message }));
    if (answer.give === 'time') return this.#say(conversation, botTexts.time(new Date(clock.now())));
    return this.#say(conversation, answer.text);
  }

  async #share(to: ConversationName): Promise<void> {
    const { client, dir } = this.#parts;
    const path = join(dir, FILE_NAME);
    await writeFile(path, botTexts.file);
    await client.upload(to, path);
    await this.#say(to, botTexts.fileSent(FILE_NAME));
  }

  /** Fetches what came and says its hash, which the sender can compare. */
  async #check(from: ConversationName, file: FileInfo): Promise<void> {
    const { client, dir } = this.#parts;
    const { name, size } = file;
    if (size > FETCHED_BYTES) return this.#say(from, botTexts.fileBig(name, prettyBytes(size)));
    const path = await client.download(file, { dir });
    const hash = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    await this.#say(from, botTexts.fileFetched(name, prettyBytes(size), hash.slice(0, 16)));
  }

  async #say(to: ConversationName, text: string): Promise<void> {
    await this.#parts.client.queue(to, text);
  }

  /** One thing after the other, with a pause before each. A failure is one thing less: a companion never disturbs. */
  #do(action: () => Promise<void>): void {
    const { clock, pause = PAUSE_MS } = this.#parts;
    this.#work = this.#work
      .then(() => sleep(clock, this.#ended ? 0 : pause))
      .then(() => (this.#ended ? undefined : action()))
      .catch(() => {});
  }
}
