/**
 * Folder `state`: the one state of the screen, its events, keys and themes; it knows no client object, no terminal and no
 * component. Everything the screen knows. Values only: `update` makes the next state from an event, `select` reads it,
 * components draw it. Which screen, which overlay and what has the focus are one value each.
 */
import type {
  Conversation,
  ConversationName,
  FileInfo,
  Gap,
  LinkState,
  Message,
  NewDevice,
  Person,
  TransferState,
} from '../../client/types.ts';
import { type Editor, emptyEditor, type Killed } from './editor.ts';
import { emptyLogin, type Login } from './login-form.ts';
import type { Asked, Question } from './question.ts';
import type { TerminalTheme, ThemeName } from './theme.ts';

export type Focus = 'composer' | 'people' | 'messages' | 'files';

/** The lower edge of the window over the messages: `below` rows of message `key` are under it. */
export type Anchor = { key: string; below: number };

/** A search result, and the words that were searched for. */
export type Hit = { key: string; words: string };

/** Messages of a blocked person that are shown after all, by seq. */
export type Unfolded = { from: string; first: number; last: number };

/** A conversation on the screen. */
export type Thread = Conversation & {
  /** In the conversation's order; own messages without a place are last. */
  messages: readonly Message[];
  gaps: readonly Gap[];
  /** 'failed': fetched again when the link is back, after a while, or when the person scrolls there. */
  loaded: 'no' | 'loading' | 'yes' | 'failed';
  /** Counts reloads: an answer that was asked for before a reload is dropped. */
  generation: number;
  /** Older messages can be fetched. */
  more: boolean;
  /** Newer messages were unloaded while the window was scrolled up; they are fetched again when it is not. */
  cut: boolean;
  draft: Editor;
  /** The message that the composer answers or changes. */
  about: { do: 'reply' | 'edit'; message: Message } | null;
  /** The draft, while the composer is used for an edit or for a command that the program started. */
  stashed: Editor | null;
  /** Lines sent from this conversation, oldest first, for Up. */
  sent: readonly string[];
  /** Steps back in `sent`; 0 is the draft, which is in `unsent` meanwhile. */
  recalled: number;
  unsent: Editor;
  /** null: the newest message is at the bottom. */
  anchor: Anchor | null;
  /** Messages that arrived while the window was scrolled up. */
  below: number;
  /** The window will move to the line "new" once the unread messages are loaded; until then no messages are drawn. */
  locatingUnread: boolean;
  /** The seq after which the line "new" is drawn; null for no line. */
  newAfter: number | null;
  /** The seq of the newest message that names me; 0 when there is none. */
  mentionAt: number;
  /** The key of the message that keys in the messages pane act on. */
  selected: string | null;
  /** Cleared when another conversation is opened. */
  unfolded: readonly Unfolded[];
  /** The conversation was opened while the person was typing: sending asks first. */
  hasty: boolean;
};

export type PickerEntry = { name: string; folder: boolean; size: number };

/** What is done with the keys of the account; `path`: of the export. */
export type KeyWork = { do: 'export' | 'check'; path: string } | { do: 'rotate' };

export type Overlay =
  /** `form`: the keys of the login form. */
  | { kind: 'help'; top: number; form?: boolean }
  /** A page that a command answered with. With `of`, its lines are current as long as it is open. */
  | { kind: 'page'; title: string; lines: readonly string[]; top: number; of?: 'transfers' }
  | { kind: 'switcher'; query: Editor; selected: number }
  | { kind: 'search'; query: Editor; selected: number }
  | { kind: 'links'; links: readonly string[]; selected: number }
  | ({ kind: 'confirm'; question: Question } & Asked)
  | ({ kind: 'fingerprint'; name: string; digits: string | null; error: string | null } & Asked)
  | {
      kind: 'picker';
      folder: string;
      entries: readonly PickerEntry[] | null;
      /** A remark about the folder. */
      note: string | null;
      query: Editor;
      selected: number;
    }
  /** A form whose fields are not shown as text. */
  | {
      kind: 'secrets';
      form: 'passwd' | 'close-account' | KeyWork;
      fields: readonly Editor[];
      active: number;
      error: { field: number; text: string } | null;
      busy: boolean;
    }
  /** A pane shown over the others because the window is too narrow for it. */
  | { kind: 'pane'; pane: 'people' | 'files' };

/** One line on the status line, until the next key or for a while. */
export type Notice = { text: string; tone: 'info' | 'good' | 'bad' };

/** Completions after Tab; `at` is the index of the current one. */
export type Completion = { head: string; words: readonly string[]; at: number };

export type Settings = {
  /** The chosen theme; null to follow the terminal. */
  theme: ThemeName | null;
  mouse: boolean;
  bell: boolean;
  desktop: boolean;
  desktopText: boolean;
  /** Tells others that I am typing, and shows me who is typing to me: never one without the other. */
  typing: boolean;
};

export type Chat = {
  me: { name: string; fingerprint: string; daemon: { address: string; fingerprint: string } };
  link: LinkState;
  people: Readonly<Record<string, Person>>;
  /** Who is typing to me, and until when that is shown without a further event; ms since 1970 UTC. */
  typing: ReadonlyMap<string, number>;
  /** I am away. */
  away: boolean;
  /** Devices of this account that the person has not looked at, the newest last. */
  newDevices: readonly NewDevice[];
  threads: Readonly<Record<ConversationName, Thread>>;
  open: ConversationName;
  /** Conversations without bell and count. */
  muted: ReadonlySet<ConversationName>;
  /** People of whom nothing is shown. */
  blocked: ReadonlySet<string>;
  files: Readonly<Record<string, FileInfo>>;
  /** Paths of verified copies that this profile saved earlier, by file key. */
  saved: Readonly<Record<string, string>>;
  transfers: Readonly<Record<string, TransferState>>;
  /** The selection in the people and the files pane, by name and key: it stays when the lists change. */
  selectedPerson: ConversationName | null;
  selectedFile: string | null;
  /** Rows that the wheel scrolled these panes away from their selection; 0 again when the focus leaves them. */
  wheeled: { people: number; files: number };
  typedAt: number;
  /** The text for Ctrl+Y. */
  killed: Killed | null;
  completion: Completion | null;
  /** The search result that is marked until the next key. */
  hit: Hit | null;
};

/** The form of a locked screen. */
export type ScreenLock = { field: Editor; error: string | null; busy: boolean };

export type State = {
  screen: { name: 'login'; login: Login } | { name: 'chat'; chat: Chat } | { name: 'leaving' };
  /** The form that covers the screen and takes every key; null when the screen is not locked. */
  lock: ScreenLock | null;
  overlay: Overlay | null;
  /** The first frame is drawn: from now on the person sees what a key does. */
  drawn: boolean;
  /** Text that was typed before its field appeared (update/type-ahead.ts). */
  typeAhead: Editor;
  focus: Focus;
  /** Cells. */
  size: { columns: number; rows: number };
  /** false in line mode, where nothing scrolls. */
  hasWindow: boolean;
  /** Full width without borders, for copying. */
  bare: boolean;
  /** The terminal's window has the focus, as far as the terminal reports it. */
  watched: boolean;
  notice: Notice | null;
  /** Since when the notice is shown, ms since 1970 UTC. */
  noticeAt: number;
  settings: Settings;
  /** The theme that fits the terminal, as far as it is known. */
  terminalTheme: TerminalTheme;
  /** The time of the last event, ms since 1970 UTC: ages and countdowns are drawn from it. */
  now: number;
};

export function emptyThread(name: ConversationName): Thread {
  return {
    name,
    head: 0,
    read: 0,
    unread: 0,
    at: 0,
    messages: [],
    gaps: [],
    loaded: 'no',
    generation: 0,
    more: false,
    cut: false,
    draft: emptyEditor,
    about: null,
    stashed: null,
    sent: [],
    recalled: 0,
    unsent: emptyEditor,
    anchor: null,
    below: 0,
    locatingUnread: false,
    newAfter: null,
    mentionAt: 0,
    selected: null,
    unfolded: [],
    hasty: false,
  };
}

export const unlockForm: ScreenLock = { field: emptyEditor, error: null, busy: false };

export const defaultSettings: Settings = {
  theme: null,
  mouse: false,
  bell: true,
  desktop: true,
  desktopText: false,
  typing: true,
};

export function initialState(
  size: State['size'],
  settings: Settings,
  now: number,
  terminalTheme: TerminalTheme = 'dark',
): State {
  return {
    screen: { name: 'login', login: emptyLogin('') },
    lock: null,
    overlay: null,
    drawn: true,
    typeAhead: emptyEditor,
    focus: 'composer',
    size,
    hasWindow: true,
    bare: false,
    watched: true,
    notice: null,
    noticeAt: 0,
    settings,
    terminalTheme,
    now,
  };
}
