/** Runs dot-commands on the screen and shows their results: as a notice, a page, a dialog or a question. */
import { printable } from '../../protocol/base/safe-text.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import type { Host } from '../chat/host.ts';
import type { CommandName } from '../command-line/command-names.ts';
import { usageOf } from '../command-line/parse-line.ts';
import { transferLines } from '../selectors/transfer-lines.ts';
import { editorWith, emptyEditor } from '../state/editor.ts';
import { isBlockedConversation } from '../state/muting.ts';
import { type Overlay, unlockForm } from '../state/state.ts';
import { strings } from '../text/strings.ts';
import type { Result } from './dot-command.ts';
import { commandTable } from './dot-command-table.ts';
import { deleteMessage } from './message-commands.ts';
import { conversationLines, deviceLines, fileLines, helpLines, identityLines, keyLines } from './pages.ts';
import { stopped } from './targets.ts';

type Comparison = Extract<Result, { kind: 'comparison' }>;

export class ScreenCommands {
  readonly #scope: ChatScope;
  readonly #host: Host;

  constructor(scope: ChatScope, host: Host) {
    this.#scope = scope;
    this.#host = host;
  }

  /** Returns whether the command was done; when it was not, the person reads why. */
  run(name: CommandName, argument: string): boolean | Promise<boolean> {
    const instead = this.#scope.store.get().overlay;
    const result = commandTable[name].run(this.#scope, argument.trim());
    const show = (shown: Result) =>
      shown.kind === 'misused' ? this.#refuse(usageOf(name, commandTable)) : this.show(shown, instead);
    return result instanceof Promise ? result.then(show) : show(result);
  }

  /** Whether nothing can be sent to `conversation` now; then the screen says why. */
  isStopped(conversation = this.#scope.controller.chat.open): boolean {
    const stop = stopped(this.#scope.controller.chat, conversation);
    if (stop !== null) void this.show(stop);
    return stop !== null;
  }

  /** `instead`: the overlay that a page may replace. Returns whether the command was done. */
  show(result: Result, instead: Overlay | null = this.#scope.store.get().overlay): boolean | Promise<boolean> {
    const { store, clock, controller } = this.#scope;
    const page = (title: string, lines: readonly string[], of?: 'transfers') => {
      const overlay: Overlay = { kind: 'page', title, lines, top: 0, ...(of !== undefined && { of }) };
      store.dispatch({ type: 'answered', overlay, instead });
      return true;
    };
    const open = (overlay: Overlay) => {
      store.dispatch({ type: 'overlay', overlay });
      return true;
    };
    switch (result.kind) {
      case 'done':
        if (result.text !== undefined) controller.notify(result.text, result.tone);
        return true;
      case 'refused':
        return this.#refuse(result.text);
      case 'misused':
        return false;
      case 'stopped':
        return this.#explain(result);
      case 'asks':
        store.dispatch({ type: 'asked', question: result.question });
        return true;
      case 'leave':
        if (result.isBusy) store.dispatch({ type: 'asked', question: { ask: 'quit' } });
        else this.#host.quit();
        return true;
      case 'redraw':
        this.#host.redraw();
        return true;
      case 'lock':
        store.dispatch({ type: 'lock', lock: unlockForm });
        return true;
      case 'copy':
        this.#host.copy(result.text);
        controller.notify(strings.notices.copied);
        return true;
      case 'uploading':
        return result.sent;
      case 'opened':
      case 'reacted':
        return true;
      case 'unclear':
        return this.#refuse(strings.notices[result.candidates.length === 0 ? 'noFile' : 'manyFiles'](result.wanted));
      case 'comparison':
        return this.#compare(result);
      case 'new-password':
        return open(secretForm('passwd', 3));
      case 'close-account':
        store.dispatch({ type: 'asked', question: { ask: 'close-account', ...result.account } });
        return true;
      case 'key-work':
        return open(secretForm(result.work, result.work.do === 'export' ? 3 : 1));
      case 'search':
        return open({ kind: 'search', query: editorWith(result.query), selected: 0 });
      case 'links':
        return open({ kind: 'links', links: result.links.toReversed(), selected: 0 });
      case 'help':
        return page(strings.pages.commands, helpLines());
      case 'conversations':
        return page(result.areRooms ? strings.panes.rooms : strings.panes.people, conversationLines(result.list));
      case 'fingerprints':
        return page(strings.overlays.fingerprints, keyLines(result.people));
      case 'blocked':
        return page(strings.pages.blocked, result.names);
      case 'identity':
        return page(strings.pages.whoami, identityLines(result.me));
      case 'devices':
        return page(strings.pages.devices, deviceLines(result.devices, clock.now()));
      case 'files':
        return page(`${strings.panes.files} · ${result.conversation}`, fileLines(result.files, clock.now()));
      case 'transfers':
        return page(strings.pages.transfers, transferLines(controller.chat), 'transfers');
    }
  }

  /** After a yes to `question`. */
  async carryOut(question: Extract<Result, { kind: 'asks' }>['question']): Promise<void> {
    if (question.ask === 'quit') this.#host.quit();
    else if (question.ask === 'close-account')
      this.#scope.store.dispatch({ type: 'overlay', overlay: secretForm('close-account', 1) });
    else if (question.ask === 'delete') await this.show(await deleteMessage(this.#scope, question.message));
  }

  #refuse(text: string): false {
    return this.#scope.controller.refuse(text);
  }

  /** A blocked conversation is explained in a notice, a changed key by the comparison. */
  #explain({ conversation, why }: Extract<Result, { kind: 'stopped' }>): false {
    if (isBlockedConversation(this.#scope.controller.chat.blocked, conversation)) return this.#refuse(why);
    void this.run('.verify', conversation.slice(1));
    return false;
  }

  async #compare({ person: { name }, digits }: Comparison): Promise<true> {
    const { store, clock } = this.#scope;
    const dialog = (digits: string | null, error: string | null): Overlay => ({
      kind: 'fingerprint',
      name,
      digits,
      error,
      at: clock.now(),
      stray: false,
    });
    const waiting = dialog(null, null);
    store.dispatch({ type: 'overlay', overlay: waiting });
    try {
      store.dispatch({ type: 'answered', overlay: dialog(await digits(), null), instead: waiting });
    } catch (error) {
      const reason = printable(error instanceof Error ? error.message : String(error));
      store.dispatch({ type: 'answered', overlay: dialog(null, reason), instead: waiting });
    }
    return true;
  }
}

function secretForm(form: Extract<Overlay, { kind: 'secrets' }>['form'], fields: number): Overlay {
  const empty = Array.from({ length: fields }, () => emptyEditor);
  return { kind: 'secrets', form, fields: empty, active: 0, error: null, busy: false };
}
