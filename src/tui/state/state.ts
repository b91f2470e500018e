/**
 * Everything the screen knows. Values only: `update` makes the next state from an event, `select` reads it, components draw it.
 * Which screen, which overlay and what has the focus are one value each.
 */
import type {
  Conversation,
  ConversationName,
  FileInfo,
  Gap,
  LinkState,
  Message,
  Person,
  TransferState,
} from '../../client/types.ts';
import { type Editor, emptyEditor, type Killed } from './editor.ts';
import type { Suited, ThemeName } from './theme.ts';

export type Focus = 'composer' | 'people' | 'messages' | 'files';

/** Where the window over the messages ends: `below` drawn rows of message `key` are under its lower edge. */
export type Anchor = { key: string; below: number };

/** A message that a search led to, and the words it was for. */
export type Hit = { key: string; words: string };

/** Messages of a blocked person that are shown all the same, by their places. */
export type Unfolded = { from: string; first: number; last: number };

/** A conversation as the screen holds it. */
export type Thread = Conversation & {
  /** In the conversation's order; own ones without a place yet are last. */
  messages: readonly Message[];
  gaps: readonly Gap[];
  /** failed: tried again when the link is back, after a while, or when somebody looks. */
  loaded: 'no' | 'loading' | 'yes' | 'failed';
  /** Grows when an answer that is on its way would not fit what is held any more. */
  generation: number;
  /** Older ones can be fetched. */
  more: boolean;
  /** Newer ones were let go while the window was scrolled up: they are read anew when it is not. */
  cut: boolean;
  draft: Editor;
  /** A reply or an edit that the line is for. */
  about: { do: 'reply' | 'edit'; message: Message } | null;
  /** The draft while the line is for an edit, or for a command that was begun for the person. */
  stashed: Editor | null;
  /** What was sent from here, oldest first, for Up. */
  sent: readonly string[];
  /** Steps back in `sent`; 0 is the draft itself, which is kept in `kept` meanwhile. */
  recalled: number;
  unsent: Editor;
  /** null: the newest message is at the bottom. */
  anchor: Anchor | null;
  /** Messages that came while the window was scrolled up. */
  below: number;
  /** The window is still to be put at the line "new", once what is unread is held: until then it is not drawn. */
  locatingUnread: boolean;
  /** The line "new" stands after this seq; null: no line. */
  newAfter: number | null;
  /** The place of the newest message in which somebody named me; 0: none. */
  mentionAt: number;
  /** The message that keys in the messages pane act on. */
  selected: string | null;
  /** Until another conversation is opened. */
  unfolded: readonly Unfolded[];
  /** The open conversation became this one while letters were being typed: sending asks first. */
  hasty: boolean;
};

export type LoginField = 'server' | 'name' | 'password' | 'repeat' | 'invite';
type LoginStep = 'server' | 'trust' | 'account';
export type Progress = 'start' | 'keys' | 'connect' | 'login' | 'vault' | 'sync';

export type Login = {
  step: LoginStep;
  fields: Record<LoginField, Editor>;
  active: LoginField;
  /** Make the account instead of logging in. */
  making: boolean;
  /** The server for which `making` was decided: it stays until another one is asked for. */
  asked: string;
  errors: Partial<Record<LoginField, string>>;
  /** The daemon's key, to be compared: what the step `trust` asks. */
  offered: ({ address: string; fingerprint: string; words: string } & Asked) | null;
  /** What is being waited for. */
  busy: Progress | null;
  /** The server lets nobody in for now: why, and what ends the wait for it. */
  waiting: { reason: string; giveUp: () => void } | null;
  /** The address that an empty field means. */
  fallback: string;
  /** No daemon answers at the default address: one can be started here. */
  canStart: boolean;
};

export type Question =
  /** `messages`: as many as the lines need. `addressed`: who is named at their start, as if it were for them alone. */
  | { ask: 'send'; to: ConversationName; lines: number; messages: number; hasty: boolean; addressed: string | null }
  | { ask: 'delete'; message: Message }
  | { ask: 'quit' }
  /** What the server says of the account at a login, and this profile knows otherwise. */
  | { ask: 'doubt'; statement: string; question: string };

export type PickerEntry = { name: string; folder: boolean; size: number };

/**
 * What is to be answered with yes or no. `at`: since when what it asks is seen, ms since 1970 UTC. `stray`: something was typed
 * then that is no answer, so that what follows at once is none either.
 */
export type Asked = { at: number; stray: boolean };

export type Overlay =
  /** `form`: of the first form. */
  | { kind: 'help'; top: number; form?: boolean }
  /** Something longer that a command answered. With `of`, its lines are those of now as long as it is open. */
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
      /** What is to be said of the folder. */
      note: string | null;
      query: Editor;
      selected: number;
    }
  | {
      kind: 'passwd';
      fields: [Editor, Editor, Editor];
      active: 0 | 1 | 2;
      error: { field: 0 | 1 | 2; text: string } | null;
      busy: boolean;
    }
  /** A pane that the width has no room for. */
  | { kind: 'pane'; pane: 'people' | 'files' };

/** One line for the person, until the next key or for a while. */
export type Notice = { text: string; tone: 'info' | 'good' | 'bad' };

/** What the person is offered after Tab; `at` counts through `words`. */
export type Completion = { head: string; words: readonly string[]; at: number };

export type Settings = {
  /** What the person chose; null: as the terminal is. */
  theme: ThemeName | null;
  mouse: boolean;
  bell: boolean;
  desktop: boolean;
  desktopText: boolean;
  /** Tells others that I write to them, and shows who writes to me: neither without the other. */
  typing: boolean;
};

export type Chat = {
  me: { name: string; fingerprint: string; daemon: { address: string; fingerprint: string } };
  link: LinkState;
  people: Readonly<Record<string, Person>>;
  /** Who writes to me now, and until when that is shown without another sign of it; ms since 1970 UTC. */
  typing: ReadonlyMap<string, number>;
  /** I look elsewhere, as far as this session says. */
  away: boolean;
  threads: Readonly<Record<ConversationName, Thread>>;
  open: ConversationName;
  /** On this device only: no bell, not counted. */
  muted: ReadonlySet<ConversationName>;
  /** Names of people of whom nothing is shown on this device. */
  blocked: ReadonlySet<string>;
  files: Readonly<Record<string, FileInfo>>;
  /** By the key of a file: where an earlier start saved and checked it. */
  saved: Readonly<Record<string, string>>;
  transfers: Readonly<Record<string, TransferState>>;
  /** What is chosen in the people and the files pane, by name and id: it stays chosen when something comes before it. */
  chosenPerson: ConversationName | null;
  chosenFile: string | null;
  /** Rows that the wheel moved these panes away from where what is chosen stands; back to 0 when the keys leave them. */
  wheeled: { people: number; files: number };
  typedAt: number;
  /** What Ctrl+Y puts back. */
  killed: Killed | null;
  completion: Completion | null;
  /** What a search found is marked until the next key. */
  hit: Hit | null;
};

export type State = {
  screen: { name: 'login'; login: Login } | { name: 'chat'; chat: Chat } | { name: 'leaving' };
  overlay: Overlay | null;
  /** The first picture is drawn: the person can see what a key would do. */
  drawn: boolean;
  /** Typed before there was a field for it (update/early.ts). */
  typeAhead: Editor;
  focus: Focus;
  /** Cells. */
  size: { columns: number; rows: number };
  /** False in line mode, where all that is said is seen and nothing scrolls. */
  hasWindow: boolean;
  /** Full width, no borders, for copying. */
  bare: boolean;
  /** The terminal's window has the focus, as far as it tells. */
  watched: boolean;
  notice: Notice | null;
  /** Since when it is shown, ms since 1970 UTC. */
  noticeAt: number;
  settings: Settings;
  /** The theme that suits the terminal, as far as it is known. */
  suited: Suited;
  /** ms since 1970 UTC, of the last event: ages and countdowns are drawn from it. */
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

export const defaultSettings: Settings = {
  theme: null,
  mouse: false,
  bell: true,
  desktop: true,
  desktopText: false,
  typing: true,
};

export function initialState(size: State['size'], settings: Settings, now: number, suited: Suited = 'dark'): State {
  return {
    screen: { name: 'login', login: emptyLogin('') },
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
    suited,
    now,
  };
}

export function emptyLogin(server: string, name = '', fallback = ''): Login {
  const filled = (text: string): Editor => ({ before: text, after: '' });
  return {
    step: 'server',
    fields: {
      server: filled(server),
      name: filled(name),
      password: emptyEditor,
      repeat: emptyEditor,
      invite: emptyEditor,
    },
    active: 'server',
    making: false,
    asked: '',
    errors: {},
    offered: null,
    busy: null,
    waiting: null,
    fallback,
    canStart: false,
  };
}
