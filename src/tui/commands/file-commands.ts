/** What is done with files and transfers that a command or a key names. */

import { asShown, matching } from '../../client/files/file-choice.ts';
import type { FileInfo, TransferState } from '../../client/types.ts';
import { isUnderWay } from '../select/select.ts';
import type { ChatController } from '../session/chat-controller.ts';
import type { CommandsDesk } from '../session/desk.ts';
import { fileKey } from '../state/message-list.ts';
import { shownFiles } from '../state/muting.ts';
import { strings } from '../text/strings.ts';

type Doing = 'pause' | 'resume' | 'cancel';

/** What can be done with a transfer that is so. */
const fitting: Readonly<Record<Doing, readonly TransferState['state'][]>> = {
  pause: ['running'],
  resume: ['paused', 'failed'],
  cancel: ['running', 'paused', 'failed'],
};

export class FileCommands {
  readonly #desk: CommandsDesk;

  constructor(desk: CommandsDesk) {
    this.#desk = desk;
  }

  /** Downloads it, or goes on with what was paused of it. */
  fetch(file: FileInfo | undefined) {
    const { session, transfers } = this.#desk;
    if (session === null || file === undefined) return;
    const known = session.chat.transfers[fileKey(file)];
    if (known?.state === 'paused') return transfers?.resume(known);
    if (file.sha256 !== '' && known?.state !== 'running') transfers?.download(file);
  }

  /** What is running is paused by 'pause', all else that is under way goes on. */
  act(what: Doing, transfer: TransferState | null) {
    const { session, transfers } = this.#desk;
    if (transfer === null || transfers === null || !isUnderWay(transfer))
      return session?.tell(strings.notices.noTransfer, 'bad');
    if (what === 'cancel') transfers.cancel(transfer);
    else if (transfer.state === 'running') transfers.pause(transfer);
    else {
      const file = session?.chat.files[fileKey(transfer)];
      if (transfer.state === 'failed' && file !== undefined) this.fetch(file);
      else transfers.resume(transfer);
    }
  }

  /** `.download`: one of the open conversation first. */
  download(session: ChatController, name: string) {
    const all = shownFiles(session.chat);
    const matches = matching(all, name);
    const here = matching(
      all.filter((file) => file.conversation === session.chat.open),
      name,
    );
    const chosen = here.length === 1 ? here[0] : matches.length === 1 ? matches[0] : undefined;
    if (chosen) return this.fetch(chosen);
    return session.refuse(matches.length === 0 ? strings.notices.noFile(name) : strings.notices.manyFiles(name));
  }

  /** The newest one that can be meant. */
  named(session: ChatController, what: Doing, name: string) {
    const all = Object.values(session.chat.transfers);
    const fits = all
      .filter((one) => fitting[what].includes(one.state) && (name === '' || asShown(one.name) === asShown(name)))
      .at(-1);
    if (fits !== undefined) return this.act(what, fits);
    const { noTransfers, noTransferNamed } = strings.notices;
    return session.refuse(name === '' ? noTransfers[what] : noTransferNamed(name));
  }
}
