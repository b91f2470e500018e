/** What carries out a dot-command. */
import type { ChatController } from '../session/chat-controller.ts';

/** false: it could not be done, and the person was told why. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that only shows something returns nothing.
export type Done = boolean | void;
export type Handler = (session: ChatController, rest: string) => Done | Promise<Done>;
