/** Acts on what is selected in a pane, in an overlay or among the messages. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ConversationName, FileInfo } from '../../client/types.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import type { Host } from '../chat/host.ts';
import { entriesOf, isHidden, resolvePath } from '../command-line/typed-paths.ts';
import { fetchFile, onTransfer, sendFile } from '../commands/file-commands.ts';
import { unfoldSelected } from '../commands/mute-commands.ts';
import type { ScreenCommands } from '../commands/screen-commands.ts';
import { submitSecrets } from '../commands/secret-forms.ts';
import { targetMessage } from '../commands/targets.ts';
import { destinations, picked, searchHits } from '../selectors/search.ts';
import { fileAt, filesOf, peopleOf, personAt } from '../selectors/selectors.ts';
import { editorWith, emptyEditor, textOf } from '../state/editor.ts';
import { firstChoice, paneOf } from '../state/focus.ts';
import { keyOf } from '../state/message-list.ts';
import type { Overlay, PickerEntry } from '../state/state.ts';
import { strings } from '../text/strings.ts';

export class Selection {
  readonly #scope: ChatScope;
  readonly #host: Host;
  readonly #commands: ScreenCommands;

  constructor(scope: ChatScope, host: Host, commands: ScreenCommands) {
    this.#scope = scope;
    this.#host = host;
    this.#commands = commands;
  }

  /** Enter in a pane or an overlay. */
  choose() {
    const { store, controller } = this.#scope;
    const { overlay } = store.get();
    if (overlay !== null && overlay.kind !== 'pane') return this.#chooseIn(overlay);
    const pane = paneOf(store.get());
    const { chat } = controller;
    if (pane === 'people') {
      const item = peopleOf(chat)[personAt(chat)];
      if (item) controller.open(item.name);
    } else if (pane === 'files') this.#fetch(filesOf(chat)[fileAt(chat)]?.file);
    else if (pane === 'messages') this.#openMessage();
  }

  #fetch(file: FileInfo | undefined) {
    if (file !== undefined) fetchFile(this.#scope, file);
  }

  #openMessage() {
    if (unfoldSelected(this.#scope)) return;
    const message = targetMessage(this.#scope.controller.chat);
    if (message === null) return;
    if (message.body.kind === 'file') return this.#fetch(message.body.file);
    void this.#commands.run(message.state === 'failed' ? '.retry' : '.reply', '');
  }

  #chooseIn(overlay: Overlay) {
    const { store, controller } = this.#scope;
    switch (overlay.kind) {
      case 'switcher': {
        const item = destinations(controller.chat, textOf(overlay.query))[overlay.selected];
        store.dispatch({ type: 'overlay', overlay: null });
        if (item?.kind === 'person' || item?.kind === 'room') controller.open(item.target as ConversationName);
        else if (item?.kind === 'file') this.#fetch(controller.chat.files[item.target]);
        else if (item) store.dispatch({ type: 'command-started', editor: editorWith(`${item.target} `) });
        return;
      }
      case 'search': {
        const message = searchHits(controller.chat, textOf(overlay.query))[overlay.selected];
        const words = textOf(overlay.query).trim();
        if (message) store.dispatch({ type: 'jumped', conversation: message.conversation, key: keyOf(message), words });
        return;
      }
      case 'links':
        return this.#copy(overlay.links[overlay.selected] ?? '');
      case 'picker':
        return void this.#pick(overlay);
      case 'secrets':
        return void submitSecrets(this.#scope, overlay);
      case 'confirm':
      case 'fingerprint':
      case 'help':
      case 'page':
      case 'pane':
        return store.dispatch({ type: 'overlay', overlay: null });
    }
  }

  async browse(folder: string): Promise<void> {
    const { store } = this.#scope;
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

  /** Backspace in the empty field of the picker shows the folder above. Returns false elsewhere. */
  folderUp(): boolean {
    const { overlay } = this.#scope.store.get();
    if (overlay?.kind !== 'picker' || textOf(overlay.query) !== '') return false;
    void this.browse(dirname(overlay.folder));
    return true;
  }

  async #pick(overlay: Extract<Overlay, { kind: 'picker' }>): Promise<void> {
    const { store } = this.#scope;
    const typed = textOf(overlay.query);
    const entry = picked(overlay)[overlay.selected];
    if (isPath(typed)) {
      const path = resolvePath(typed, overlay.folder);
      const info = await stat(path).catch(() => null);
      // The picker was closed or changed meanwhile.
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
    this.#scope.store.dispatch({ type: 'overlay', overlay: null });
    void this.#commands.show(sendFile(this.#scope, path));
  }

  /** Opens the selected link on the desktop; copies it where there is none. */
  async openLink(): Promise<void> {
    const { store, controller } = this.#scope;
    const { overlay } = store.get();
    const link = overlay?.kind === 'links' ? overlay.links[overlay.selected] : undefined;
    if (link === undefined) return;
    if (!(await this.#host.openLink(link))) return this.#copy(link, strings.notices.notOpened);
    store.dispatch({ type: 'overlay', overlay: null });
    controller.notify(strings.notices.opened(link));
  }

  /** Pauses, resumes or cancels the transfer that is selected in the files pane. */
  onTransfer(verb: 'pause' | 'cancel') {
    const { chat } = this.#scope.controller;
    const transfer = filesOf(chat)[fileAt(chat)]?.transfer ?? null;
    void this.#commands.show(onTransfer(this.#scope, verb, transfer));
  }

  #copy(text: string, said: string = strings.notices.copied) {
    const { store, controller } = this.#scope;
    this.#host.copy(text);
    store.dispatch({ type: 'overlay', overlay: null });
    controller.notify(said);
  }
}

function isPath(typed: string): boolean {
  return typed.includes('/') || typed.trim() === '~';
}

/** The entries of a folder, and a remark about those that are not listed or why none can be. */
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
