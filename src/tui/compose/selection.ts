/** What is done with the thing that is chosen: in a pane, in an overlay, among the messages. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ConversationName } from '../../client/types.ts';
import { entriesOf, isHidden, resolvePath } from '../command-line/typed-paths.ts';
import type { Commands } from '../commands/commands.ts';
import { destinations, picked, searchHits } from '../select/search.ts';
import { fileAt, filesOf, peopleOf, personAt } from '../select/select.ts';
import type { Desk } from '../session/desk.ts';
import { editorWith, emptyEditor, textOf } from '../state/editor.ts';
import { askedOf, firstChoice, paneOf } from '../state/focus.ts';
import { personOf } from '../state/has-own.ts';
import { keyOf } from '../state/message-list.ts';
import type { Asked, Chat, Overlay, PickerEntry } from '../state/state.ts';
import { strings } from '../text/strings.ts';
import type { Sending } from './sending.ts';

/** Nobody reads a question and answers it within this. ms. */
const UNSEEN = 500;
/** Nor within this after typing something else, which is going on. ms. */
const TYPED_ON = 1500;

export class Selection {
  readonly #desk: Desk;
  readonly #commands: Commands;
  readonly #sending: Sending;

  constructor(desk: Desk, commands: Commands, sending: Sending) {
    this.#desk = desk;
    this.#commands = commands;
    this.#sending = sending;
  }

  /** Enter in a pane or an overlay. */
  choose() {
    const { store, session, login } = this.#desk;
    const { overlay } = store.get();
    if (overlay !== null && overlay.kind !== 'pane') return this.#chooseIn(overlay);
    if (session === null) return void login.goOn();
    const pane = paneOf(store.get());
    const { chat } = session;
    if (pane === 'people') {
      const item = peopleOf(chat)[personAt(chat)];
      if (item) session.open(item.name);
    } else if (pane === 'files') this.#commands.files.fetch(filesOf(chat)[fileAt(chat)]?.file);
    else if (pane === 'messages') this.#openMessage();
  }

  #openMessage() {
    const { session } = this.#desk;
    if (session !== null && this.#commands.silence.unfold(session)) return;
    const message = this.#commands.chosen();
    if (message === null) return;
    if (message.body.kind === 'file') return this.#commands.files.fetch(message.body.file);
    if (message.state === 'failed') return void this.#commands.run('.retry', '');
    void this.#commands.run('.reply', '');
  }

  #chooseIn(overlay: Overlay) {
    const { store, session } = this.#desk;
    if (session === null) return store.dispatch({ type: 'overlay', overlay: null });
    switch (overlay.kind) {
      case 'switcher': {
        const item = destinations(session.chat, textOf(overlay.query))[overlay.selected];
        store.dispatch({ type: 'overlay', overlay: null });
        if (item?.kind === 'person' || item?.kind === 'room') session.open(item.target as ConversationName);
        else if (item?.kind === 'file') this.#commands.files.fetch(session.chat.files[item.target]);
        else if (item) store.dispatch({ type: 'lent', editor: editorWith(`${item.target} `) });
        return;
      }
      case 'search': {
        const message = searchHits(session.chat, textOf(overlay.query))[overlay.selected];
        const words = textOf(overlay.query).trim();
        if (message) store.dispatch({ type: 'jumped', conversation: message.conversation, key: keyOf(message), words });
        return;
      }
      case 'links':
        return this.#copy(overlay.links[overlay.selected] ?? '');
      case 'picker':
        return void this.#pick(overlay);
      case 'passwd':
        return void this.#commands.trust.passwd(overlay);
      case 'confirm':
      case 'fingerprint':
      case 'help':
      case 'page':
      case 'pane':
        return store.dispatch({ type: 'overlay', overlay: null });
    }
  }

  /** An Enter does not answer before the question was seen, nor while the person types on. */
  yes(key = '') {
    const { store, session, login, clock } = this.#desk;
    const asked = askedOf(store.get());
    if (asked === null) return;
    if (isUnread(asked, clock.now())) return this.#strayed(key);
    const { overlay } = store.get();
    if (overlay === null) return void login.goOn();
    if (overlay.kind === 'confirm') login.doubts.agree(overlay.question);
    store.dispatch({ type: 'overlay', overlay: null });
    if (session === null) return;
    if (overlay.kind === 'confirm') this.#sending.confirmed(overlay.question, session);
    else if (overlay.kind === 'fingerprint' && isDecidable(overlay, session.chat))
      void this.#commands.trust.decide(overlay.name);
  }

  no(key: string) {
    const { store, login, clock } = this.#desk;
    const state = store.get();
    const asked = askedOf(state);
    if (asked?.stray && isUnread(asked, clock.now())) return this.#strayed(key);
    if (state.overlay === null) return login.back();
    store.dispatch({ type: 'overlay', overlay: null });
  }

  /** A letter of a word is no answer. */
  #strayed(key: string) {
    if (key !== 'enter') this.#desk.store.dispatch({ type: 'typed', text: key });
  }

  async browse(folder: string): Promise<void> {
    const { store, session } = this.#desk;
    if (session === null) return;
    const full = resolvePath(folder);
    const begun: Overlay = { kind: 'picker', folder: full, entries: null, note: null, query: emptyEditor, selected: 0 };
    store.dispatch({ type: 'overlay', overlay: begun });
    const { entries, note } = await lookInto(full);
    const { overlay } = store.get();
    if (overlay?.kind !== 'picker' || overlay.folder !== full) return;
    const up = full === dirname(full) ? [] : [{ name: '..', folder: true, size: 0 }];
    const read = { ...overlay, entries: [...up, ...entries], note };
    store.dispatch({ type: 'overlay', overlay: { ...read, selected: firstChoice(read) } });
  }

  /** Backspace with nothing before it. @returns false where it means what it means elsewhere */
  up(): boolean {
    const { overlay } = this.#desk.store.get();
    if (overlay?.kind !== 'picker' || textOf(overlay.query) !== '') return false;
    void this.browse(dirname(overlay.folder));
    return true;
  }

  async #pick(overlay: Extract<Overlay, { kind: 'picker' }>): Promise<void> {
    const { store, session } = this.#desk;
    const typed = textOf(overlay.query);
    const entry = picked(overlay)[overlay.selected];
    if (session === null) return;
    if (isPath(typed)) {
      const path = resolvePath(typed, overlay.folder);
      const info = await stat(path).catch(() => null);
      // Closed, or typed on, meanwhile.
      if (store.get().overlay !== overlay) return;
      if (info?.isDirectory()) return this.browse(path);
      if (info === null) {
        return store.dispatch({ type: 'overlay', overlay: { ...overlay, note: strings.overlays.pickerNoPath } });
      }
      return this.#send(path);
    }
    if (entry?.folder)
      return this.browse(entry.name === '..' ? dirname(overlay.folder) : join(overlay.folder, entry.name));
    if (entry !== undefined) this.#send(join(overlay.folder, entry.name));
  }

  #send(path: string) {
    const { store, session, transfers } = this.#desk;
    store.dispatch({ type: 'overlay', overlay: null });
    if (session === null || this.#commands.isStopped(session, session.chat.open)) return;
    void transfers?.upload(session.chat.open, path);
  }

  /** The chosen link goes to the desktop; where there is none it is copied. */
  async openLink(): Promise<void> {
    const { store, session, outside } = this.#desk;
    const { overlay } = store.get();
    const link = overlay?.kind === 'links' ? overlay.links[overlay.selected] : undefined;
    if (link === undefined) return;
    if (!(await outside.openLink(link))) return this.#copy(link, strings.notices.notOpened);
    store.dispatch({ type: 'overlay', overlay: null });
    session?.tell(strings.notices.opened(link));
  }

  withTransfer(action: 'pause' | 'cancel') {
    const { session } = this.#desk;
    const item = session === null ? undefined : filesOf(session.chat)[fileAt(session.chat)];
    this.#commands.files.act(action, item?.transfer ?? null);
  }

  #copy(text: string, said: string = strings.notices.copied) {
    const { store, session, outside } = this.#desk;
    outside.copy(text);
    store.dispatch({ type: 'overlay', overlay: null });
    session?.tell(said);
  }
}

function isUnread({ at, stray }: Asked, now: number): boolean {
  const seen = now - at;
  return seen >= 0 && seen < (stray ? TYPED_ON : UNSEEN);
}

function isPath(typed: string): boolean {
  return typed.includes('/') || typed.trim() === '~';
}

/** A key that was not seen cannot be judged; a mark can be taken back without. */
function isDecidable({ name, digits }: Extract<Overlay, { kind: 'fingerprint' }>, chat: Chat): boolean {
  const person = personOf(chat, name);
  return digits !== null || (person !== undefined && (person.verified || person.changedTo !== null));
}

/** What is in a folder, or a sentence about why it is not seen. */
async function lookInto(folder: string): Promise<{ entries: PickerEntry[]; note: string | null }> {
  try {
    const { entries, left } = await entriesOf(folder);
    const hidden = entries.filter(({ name }) => isHidden(name)).length;
    const { pickerLeft, pickerHidden } = strings.overlays;
    return { entries, note: left > 0 ? pickerLeft(left) : hidden > 0 ? pickerHidden(hidden) : null };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isGone = code === 'ENOENT' || code === 'ENOTDIR';
    return { entries: [], note: isGone ? strings.overlays.pickerGone : strings.overlays.pickerClosed };
  }
}
