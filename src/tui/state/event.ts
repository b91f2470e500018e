/** The events that change the screen's state. */
import type { Client } from '../../client/api/client-api.ts';
import type {
  ClientEvent,
  Conversation,
  ConversationName,
  Gap,
  LinkState,
  ListedFile,
  Message,
  Person,
} from '../../client/types.ts';
import type { EditName, Editor } from './editor.ts';
import type { Login, Progress } from './login-form.ts';
import type { Question } from './question.ts';
import type { Completion, Focus, Notice, Overlay, ScreenLock, Settings, Thread, Unfolded } from './state.ts';

/** What is stored for an account: drafts by conversation, in this profile; muted conversations and blocked people, for all devices. */
export type Remembered = {
  drafts: Readonly<Record<string, string>>;
  muted: readonly string[];
  blocked: readonly string[];
};

export const nothingRemembered: Remembered = { drafts: {}, muted: [], blocked: [] };

/** The data that the chat opens with. */
export type Opening = Remembered & {
  me: Client['me'];
  link: LinkState;
  people: Person[];
  conversations: Conversation[];
  /** The conversation to show first. */
  open: ConversationName;
};

/** The text in the composer, what it is for, the stashed draft, the history for Up, and the selection. */
type Line = Pick<Thread, 'draft' | 'about' | 'stashed' | 'sent' | 'selected'>;

/** Moves that keys are bound to. */
export const moveNames = [
  'up',
  'down',
  'page-up',
  'page-down',
  'lines-up',
  'lines-down',
  'oldest',
  'newest',
  'back',
  'next-pane',
  'previous-pane',
  'next-field',
  'previous-field',
  'show-people',
  'show-files',
  'bare',
  'help',
  'switcher',
  'search',
  'toggle-making',
] as const;

export type MoveName = (typeof moveNames)[number];

export type Event =
  | { type: 'tick' }
  /** The first frame is on the screen. */
  | { type: 'drawn' }
  | { type: 'resized'; columns: number; rows: number }
  | { type: 'watched'; watched: boolean }
  /** Text for the field that has the cursor. */
  | { type: 'typed'; text: string }
  | { type: 'pasted'; text: string }
  | { type: 'edited'; edit: EditName }
  /** Puts the text that was deleted last at the cursor. */
  | { type: 'yanked' }
  /** The program changes the field. */
  | { type: 'filled'; editor: Editor }
  /** The program starts a command in the composer; the draft is stashed until the command is done. */
  | { type: 'command-started'; editor: Editor }
  | { type: 'completed'; completion: Completion }
  | { type: 'moved'; move: MoveName }
  | { type: 'focused'; focus: Focus }
  /** A click or the wheel. Cells from 0. */
  | { type: 'mouse'; action: 'press' | 'up' | 'down'; x: number; y: number }
  /** Covers the screen, changes the form on it, or opens the screen. */
  | { type: 'lock'; lock: ScreenLock | null }
  | { type: 'overlay'; overlay: Overlay | null }
  /** An answer arrived. `overlay` replaces `instead`, the overlay that was open when it was asked for, and nothing else. */
  | { type: 'answered'; overlay: Overlay | null; instead: Overlay | null }
  /** Something that cannot be undone needs a confirmation. */
  | { type: 'asked'; question: Question }
  | { type: 'notice'; notice: Notice | null }
  | { type: 'settings'; settings: Partial<Settings> }
  /** The terminal reported its background. */
  | { type: 'background'; light: boolean }
  | { type: 'away'; away: boolean }
  | { type: 'login'; change: Partial<Login> }
  | { type: 'progress'; step: Progress }
  | { type: 'entered'; opening: Opening }
  | { type: 'left' }
  | { type: 'client-events'; events: readonly ClientEvent[] }
  | { type: 'opened'; conversation: ConversationName }
  | { type: 'loading'; conversation: ConversationName }
  | { type: 'history'; conversation: ConversationName; messages: Message[]; gaps: Gap[]; more: boolean }
  /** History that could not be fetched can be fetched again. */
  | { type: 'retried'; conversation: ConversationName }
  | { type: 'files'; files: ListedFile[] }
  /** The composer is emptied; its text was sent or was a command, and goes into the history. */
  | { type: 'taken'; text: string }
  /** The selection is cleared: the next command is about the newest message again. */
  | { type: 'unselected'; conversation: ConversationName }
  /** Sending failed: the line is restored, unless something was written since. */
  | { type: 'returned'; conversation: ConversationName; line: Line; since: Editor }
  | { type: 'about'; about: Thread['about'] }
  | { type: 'muted'; conversation: ConversationName; on: boolean }
  | { type: 'blocked'; name: string; on: boolean }
  /** Shows the folded messages of a blocked person. */
  | { type: 'unfolded'; conversation: ConversationName; run: Unfolded }
  /** The unread messages go further back than what is loaded: the window moves to the oldest loaded message. */
  | { type: 'unread-too-old'; conversation: ConversationName }
  /** Moves to a search result; `words` are marked in it. */
  | { type: 'jumped'; conversation: ConversationName; key: string; words: string }
  | {
      type: 'thread';
      conversation: ConversationName;
      change: Partial<Pick<Thread, 'selected' | 'hasty' | 'unread' | 'read' | 'loaded'>>;
    };

/** Events carry the time they happened, so that update needs no clock. */
export type Timed = Event & { at: number };
