/** Everything that can happen to the screen's state. */
import type {
  Client,
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
import type {
  Completion,
  Focus,
  Login,
  Notice,
  Overlay,
  Progress,
  Question,
  Settings,
  Thread,
  Unfolded,
} from './state.ts';

/** What this device kept of an account: drafts by conversation, and what is kept quiet. */
export type Remembered = {
  drafts: Readonly<Record<string, string>>;
  muted: readonly string[];
  blocked: readonly string[];
};

export const nothingRemembered: Remembered = { drafts: {}, muted: [], blocked: [] };

/** What is known at the start of a session. */
export type Opening = Remembered & {
  me: Client['me'];
  link: LinkState;
  people: Person[];
  conversations: Conversation[];
};

/** What stands in a line, what it is for or was chosen for it, the draft that waits meanwhile, and what was sent before it. */
type Line = Pick<Thread, 'draft' | 'about' | 'stashed' | 'sent' | 'selected'>;

/** Moves that a key names. */
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
  /** The first picture stands. */
  | { type: 'drawn' }
  | { type: 'resized'; columns: number; rows: number }
  | { type: 'watched'; watched: boolean }
  /** Letters for the field that has the cursor. */
  | { type: 'typed'; text: string }
  | { type: 'pasted'; text: string }
  | { type: 'edited'; edit: EditName }
  /** What was deleted last is put back at the cursor. */
  | { type: 'yanked' }
  /** The program put this into the field. */
  | { type: 'filled'; editor: Editor }
  /** A command is begun for the person: the draft waits until it is done. */
  | { type: 'command-started'; editor: Editor }
  | { type: 'completed'; completion: Completion }
  | { type: 'moved'; move: MoveName }
  | { type: 'focused'; focus: Focus }
  /** A click or the wheel. Cells from 0. */
  | { type: 'mouse'; action: 'press' | 'up' | 'down'; x: number; y: number }
  | { type: 'overlay'; overlay: Overlay | null }
  /** What was waited for came: it takes the place of what stood there when it was asked for, and of nothing else. */
  | { type: 'answered'; overlay: Overlay | null; instead: Overlay | null }
  /** Before something is done that cannot be undone. */
  | { type: 'asked'; question: Question }
  | { type: 'notice'; notice: Notice | null }
  | { type: 'settings'; settings: Partial<Settings> }
  /** The terminal told its background. */
  | { type: 'background'; light: boolean }
  | { type: 'away'; away: boolean }
  | { type: 'login'; change: Partial<Login> }
  | { type: 'progress'; step: Progress }
  | { type: 'entered'; opening: Opening }
  | { type: 'left' }
  | { type: 'news'; news: readonly ClientEvent[] }
  | { type: 'opened'; conversation: ConversationName }
  | { type: 'loading'; conversation: ConversationName }
  | { type: 'history'; conversation: ConversationName; messages: Message[]; gaps: Gap[]; more: boolean }
  /** What could not be fetched is to be tried again. */
  | { type: 'retried'; conversation: ConversationName }
  | { type: 'files'; files: ListedFile[] }
  /** The draft went out (or was a command): the field is empty again and remembers it. */
  | { type: 'taken'; text: string }
  /** A line was sent, or what was chosen was acted on: the next one is about the newest again. */
  | { type: 'unchosen'; conversation: ConversationName }
  /** What went out could not be done: the line is again what it was, unless something was written since. */
  | { type: 'returned'; conversation: ConversationName; line: Line; since: Editor }
  | { type: 'about'; about: Thread['about'] }
  | { type: 'muted'; conversation: ConversationName; on: boolean }
  | { type: 'blocked'; name: string; on: boolean }
  /** What a blocked person said there is to be seen. */
  | { type: 'unfolded'; conversation: ConversationName; run: Unfolded }
  /** What is unread goes further back than is fetched: the window is put at the oldest that is held. */
  | { type: 'unread-located'; conversation: ConversationName }
  /** To a message that a search found, with the words it was for. */
  | { type: 'jumped'; conversation: ConversationName; key: string; words: string }
  | {
      type: 'thread';
      conversation: ConversationName;
      change: Partial<Pick<Thread, 'selected' | 'hasty' | 'unread' | 'read' | 'loaded'>>;
    };

/** Events carry the time they happened, so that update needs no clock. */
export type Timed = Event & { at: number };
