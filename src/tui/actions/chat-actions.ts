/** Actions of the chat: many are a dot-command, the others choose, send and complete. */

import type { ChatScope } from '../chat/chat-scope.ts';
import type { Host } from '../chat/host.ts';
import { unlockScreen } from '../chat/unlock-screen.ts';
import type { CommandName } from '../command-line/command-names.ts';
import { completionsFor, rotated } from '../command-line/completion.ts';
import { pathWords } from '../command-line/path-words.ts';
import { commandTable } from '../commands/dot-command-table.ts';
import { ScreenCommands } from '../commands/screen-commands.ts';
import { decideTrust } from '../commands/trust-commands.ts';
import { Sending } from '../compose/sending.ts';
import { peopleOf } from '../selectors/selectors.ts';
import { textOf } from '../state/editor.ts';
import { openThread } from '../state/focus.ts';
import type { ActionName } from '../state/keys.ts';
import { personOf } from '../state/lookup.ts';
import type { Chat, Overlay } from '../state/state.ts';
import { strings } from '../text/strings.ts';
import { findEmoji } from '../text/text-links.ts';
import type { ScreenActions } from './screen-actions.ts';
import { Selection } from './selection.ts';

/** Actions that are nothing but a command. */
const commandOf: Partial<Record<ActionName, CommandName>> = {
  'next-conversation': '.next',
  'previous-conversation': '.previous',
  'next-unread': '.unread',
  reply: '.reply',
  edit: '.edit',
  delete: '.delete',
  react: '.react',
  copy: '.copy',
};

export class ChatActions implements ScreenActions {
  readonly #scope: ChatScope;
  readonly #host: Host;
  readonly #commands: ScreenCommands;
  readonly #sending: Sending;
  readonly #selection: Selection;

  constructor(scope: ChatScope, host: Host) {
    this.#scope = scope;
    this.#host = host;
    this.#commands = new ScreenCommands(scope, host);
    this.#sending = new Sending(scope, this.#commands);
    this.#selection = new Selection(scope, host, this.#commands);
  }

  run(action: ActionName, key: string): boolean {
    if (this.#scope.store.get().lock !== null) return this.#runLocked(action);
    if (action === 'delete-left') return this.#selection.folderUp();
    const command = commandOf[action];
    if (command !== undefined) {
      void this.#commands.run(command, '');
      return true;
    }
    const act = this.#action(action, key);
    act?.();
    return act !== null;
  }

  /** The actions of a locked screen; editing its field is the same on every screen. */
  #runLocked(action: ActionName): boolean {
    if (action === 'submit') void unlockScreen(this.#scope);
    else if (action === 'leave') this.#host.quit();
    else return false;
    return true;
  }

  #action(action: ActionName, key: string): (() => void) | null {
    const selection = this.#selection;
    switch (action) {
      case 'send':
        return () => this.#sending.enter();
      case 'choose':
        return () => selection.choose();
      case 'complete':
        return () => void this.#complete(1);
      case 'complete-back':
        return () => void this.#complete(-1);
      case 'nth-conversation':
        return () => this.#openNth(Number(key.at(-1)));
      case 'attach':
        return () => void selection.browse('.');
      case 'open-link':
        return () => void selection.openLink();
      case 'pause':
      case 'cancel':
        return () => selection.onTransfer(action);
      default:
        return null;
    }
  }

  agree(overlay: Overlay | null): void {
    const { store, controller } = this.#scope;
    store.dispatch({ type: 'overlay', overlay: null });
    if (overlay?.kind === 'confirm') {
      if (overlay.question.ask === 'send') this.#sending.enter(true);
      else void this.#commands.carryOut(overlay.question);
    } else if (overlay?.kind === 'fingerprint') {
      const person = personOf(controller.chat, overlay.name);
      if (person !== undefined && isDecidable(overlay, person)) void this.#decide(person);
    }
  }

  async #decide(person: Chat['people'][string]): Promise<void> {
    await this.#commands.show(await decideTrust(this.#scope, person));
  }

  /** As `.exit`. When the question whether to leave is shown, Ctrl+C twice answers it. */
  leave(): void {
    const { overlay } = this.#scope.store.get();
    if (overlay?.kind === 'confirm' && overlay.question.ask === 'quit') void this.#commands.carryOut(overlay.question);
    else void this.#commands.run('.exit', '');
  }

  #openNth(n: number) {
    const { controller } = this.#scope;
    const item = peopleOf(controller.chat)[n - 1];
    if (item) controller.open(item.name);
  }

  async #complete(by: 1 | -1): Promise<void> {
    const { store, controller } = this.#scope;
    const { chat } = controller;
    const { draft } = openThread(chat);
    if (textOf(draft) === '') return store.dispatch({ type: 'moved', move: by === 1 ? 'next-pane' : 'previous-pane' });
    if (chat.completion !== null)
      return store.dispatch({ type: 'completed', completion: rotated(chat.completion, by) });
    let found = completionsFor(chat, draft.before, commandTable);
    if (found.kind === 'path') found = await pathWords(found.head, found.path);
    else if (found.kind === 'emoji') {
      const emoji = await findEmoji(found.prefix);
      const { head } = found;
      found = emoji.length === 0 ? { kind: 'nothing' } : { kind: 'words', completion: { head, words: emoji, at: 0 } };
    }
    // Text that was typed meanwhile stays as it is.
    if (openThread(controller.chat).draft !== draft) return;
    if (found.kind === 'words') store.dispatch({ type: 'completed', completion: found.completion });
    else controller.notify(strings.notices.nothingLike);
  }
}

/** A key can be accepted or marked once its number was seen; a mark can be taken back without. */
function isDecidable(
  { digits }: Extract<Overlay, { kind: 'fingerprint' }>,
  { verified, changedTo }: Chat['people'][string],
): boolean {
  return digits !== null || verified || changedTo !== null;
}
