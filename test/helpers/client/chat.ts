/** Whole clients with a real daemon, and keys from the fixtures. */
import type { ExecutionContext } from 'ava';
import { ChatClient } from '../../../src/client/client.ts';
import type { Platform } from '../../../src/client/login/prepare-login.ts';
import type { SignedIn } from '../../../src/client/login/sign-in.ts';
import type { ClientEvent, Message } from '../../../src/client/types.ts';
import { type SignInOptions, signInAs } from './sign-in.ts';

export type TestChat = {
  client: ChatClient;
  signedIn: SignedIn;
  events: ClientEvent[];
  /** The first event that matches, past or future. */
  event(matches: (event: ClientEvent) => boolean): Promise<ClientEvent>;
  /** The first message with this text by another person. */
  message(text: string, more?: (message: Message) => boolean): Promise<Message>;
};

const WAIT_MS = 40_000;

/** Signs in (registers with `register`), starts the client and listens. It is closed when the test ends. */
export async function connectChat(
  t: ExecutionContext,
  options: SignInOptions,
  platform: Partial<Platform> = {},
): Promise<TestChat> {
  return startChat(t, await signInAs(t, options, platform));
}

export async function startChat(t: ExecutionContext, signedIn: SignedIn): Promise<TestChat> {
  const client = await ChatClient.start(signedIn);
  t.teardown(() => client.close());
  const events: ClientEvent[] = [];
  const waiting = new Set<() => void>();
  client.subscribe((event) => {
    events.push(event);
    for (const look of waiting) look();
  });
  const event = (matches: (event: ClientEvent) => boolean) =>
    new Promise<ClientEvent>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`that did not happen: ${matches}`)), WAIT_MS);
      const look = () => {
        const found = events.find(matches);
        if (found === undefined) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const message = async (text: string, more: (message: Message) => boolean = () => true) => {
    const found = await event((one) => one.type === 'message' && textOf(one.message) === text && more(one.message));
    if (found.type !== 'message') throw new Error('not a message');
    return found.message;
  };
  return { client, signedIn, events, event, message };
}

export function textOf(message: Message): string {
  return message.body.kind === 'file' ? message.body.file.name : message.body.text;
}

/** The author and the state of each message, with its text. */
export function lines(messages: readonly Message[]): string[] {
  return messages.map((message) => `${message.from}: ${textOf(message)} (${message.state})`);
}
