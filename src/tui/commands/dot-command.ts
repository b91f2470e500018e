/**
 * Folder `commands`: the dot-commands: name, usage, help and action together; they return results and draw nothing. What a
 * dot-command is and what it returns. The screen and line mode show results, each in its way; a command shows nothing itself.
 */
import type { Client } from '../../client/api/client-api.ts';
import type { ConversationName, Device, FileInfo, Message, Person, TransferState } from '../../client/types.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import type { CommandName } from '../command-line/command-names.ts';
import type { CommandRow } from '../command-line/parse-line.ts';
import type { ConversationItem, FileItem } from '../selectors/selectors.ts';
import type { Question } from '../state/question.ts';
import type { KeyWork, Notice } from '../state/state.ts';

type Command = CommandRow & {
  /** `argument` is what follows the name, without spaces around it. */
  run(scope: ChatScope, argument: string): Result | Promise<Result>;
};

/** Commands of one subject, by their names. */
export type CommandFamily = Readonly<Partial<Record<CommandName, Command>>>;
export type CommandTable = Readonly<Record<CommandName, Command>>;

export type Result =
  /** The command worked. `text` says so when nothing else shows it. */
  | { kind: 'done'; text?: string; tone?: Notice['tone'] }
  /** The command did nothing, or failed. */
  | { kind: 'refused'; text: string }
  /** The argument does not fit the usage. */
  | { kind: 'misused' }
  /** Nothing can be sent to this conversation now. */
  | { kind: 'stopped'; conversation: ConversationName; why: string }
  /** The person has to confirm first; `carryOut` then does it. */
  | { kind: 'asks'; question: Question }
  | { kind: 'help' }
  /** `isBusy`: a file is being sent or fetched. */
  | { kind: 'leave'; isBusy: boolean }
  | { kind: 'redraw' }
  | { kind: 'lock' }
  | { kind: 'copy'; text: string }
  /** `wasOpen`: the conversation was the open one before, too. */
  | { kind: 'opened'; conversation: ConversationName; wasOpen: boolean }
  | { kind: 'conversations'; list: readonly ConversationItem[]; areRooms: boolean }
  | { kind: 'fingerprints'; people: readonly Person[] }
  | { kind: 'blocked'; names: readonly string[] }
  | { kind: 'comparison'; person: Person; digits(): Promise<string> }
  | { kind: 'identity'; me: Client['me'] }
  | { kind: 'devices'; devices: readonly Device[] }
  | { kind: 'new-password' }
  /** The person has to read what it means, and to give the password. */
  | { kind: 'close-account'; account: { name: string; address: string; profile: string } }
  /** The person has to give secrets first; `work` then does it. */
  | { kind: 'key-work'; work: KeyWork }
  | { kind: 'files'; conversation: ConversationName; files: readonly FileItem[] }
  /** No file, or more than one, is called `wanted`. */
  | { kind: 'unclear'; wanted: string; candidates: readonly FileInfo[] }
  /** `sent` resolves when the file is sent, paused or cancelled; to false when there is no such file. */
  | { kind: 'uploading'; sent: Promise<boolean> }
  | { kind: 'transfers'; transfers: readonly TransferState[] }
  /** `isOn`: the reaction was added, not taken back. */
  | { kind: 'reacted'; message: Message; emoji: string; isOn: boolean }
  | { kind: 'search'; query: string }
  /** Oldest first, at least one. */
  | { kind: 'links'; links: readonly string[] };

export const done: Result = { kind: 'done' };
export const misused: Result = { kind: 'misused' };

export function refused(text: string): Result {
  return { kind: 'refused', text };
}

/** Runs `action`; when it throws, the result is 'refused' with the reason. */
export async function attempted(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}
