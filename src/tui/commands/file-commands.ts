/** Sending and fetching files. */
import { matchingFiles, printedName } from '../../client/files/file-choice.ts';
import type { FileInfo, TransferState } from '../../client/types.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import { filesOf, isUnderWay, transfersOf } from '../selectors/selectors.ts';
import { fileKey } from '../state/message-list.ts';
import { shownFiles } from '../state/muting.ts';
import { strings } from '../text/strings.ts';
import { type CommandFamily, done, type Result, refused } from './dot-command.ts';
import { stopped } from './targets.ts';

type TransferVerb = 'pause' | 'resume' | 'cancel';

/** The states from which a transfer can be paused, resumed or cancelled. */
const statesFor: Readonly<Record<TransferVerb, readonly TransferState['state'][]>> = {
  pause: ['running'],
  resume: ['paused', 'failed'],
  cancel: ['running', 'paused', 'failed'],
};

export const fileCommands = {
  '.file': { usage: 'PATH', help: 'send a file to the open conversation', needs: true, run: sendFile },
  '.list_files': { usage: '', help: 'files of the open conversation', run: listFiles },
  '.download': { usage: 'NAME', help: 'fetch a file', needs: true, run: download },
  '.transfers': { usage: '', help: 'files being sent and fetched', run: listTransfers },
  '.pause': { usage: '[NAME]', help: 'pause a transfer', run: (scope, name) => onNamed(scope, 'pause', name) },
  '.resume': {
    usage: '[NAME]',
    help: 'go on with a paused transfer',
    run: (scope, name) => onNamed(scope, 'resume', name),
  },
  '.cancel': { usage: '[NAME]', help: 'cancel a transfer', run: (scope, name) => onNamed(scope, 'cancel', name) },
} satisfies CommandFamily;

/** Sends the file at `path` to the open conversation. */
export function sendFile({ controller, transfers }: ChatScope, path: string): Result {
  const { chat } = controller;
  return stopped(chat) ?? { kind: 'uploading', sent: transfers.upload(chat.open, path) };
}

function listFiles({ controller }: ChatScope): Result {
  const { chat } = controller;
  return { kind: 'files', conversation: chat.open, files: filesOf(chat) };
}

/** Files of the open conversation come first. */
function download(scope: ChatScope, wanted: string): Result {
  const { chat } = scope.controller;
  const all = shownFiles(chat);
  const here = matchingFiles(
    all.filter((file) => file.conversation === chat.open),
    wanted,
  );
  const candidates = here.length > 0 ? here : matchingFiles(all, wanted);
  const [file] = candidates;
  if (file === undefined || candidates.length > 1) return { kind: 'unclear', wanted, candidates };
  fetchFile(scope, file);
  return done;
}

/** Downloads `file`, or resumes its download. */
export function fetchFile({ controller, transfers }: ChatScope, file: FileInfo): void {
  const known = controller.chat.transfers[fileKey(file)];
  if (known?.state === 'paused') transfers.resume(known);
  else if (file.sha256 !== '' && known?.state !== 'running') transfers.download(file);
}

async function listTransfers({ controller, transfers }: ChatScope): Promise<Result> {
  await transfers.refresh();
  return { kind: 'transfers', transfers: transfersOf(controller.chat) };
}

/** Acts on the newest transfer that `name` can mean; '' means any. */
function onNamed(scope: ChatScope, verb: TransferVerb, name: string): Result {
  const transfer = Object.values(scope.controller.chat.transfers)
    .filter(
      (one) => statesFor[verb].includes(one.state) && (name === '' || printedName(one.name) === printedName(name)),
    )
    .at(-1);
  if (transfer !== undefined) return onTransfer(scope, verb, transfer);
  const { noTransfers, noTransferNamed } = strings.notices;
  return refused(name === '' ? noTransfers[verb] : noTransferNamed(name));
}

/** 'pause' pauses a running transfer and resumes any other. */
export function onTransfer(scope: ChatScope, verb: TransferVerb, transfer: TransferState | null): Result {
  const { controller, transfers } = scope;
  if (transfer === null || !isUnderWay(transfer)) return refused(strings.notices.noTransfer);
  const file = controller.chat.files[fileKey(transfer)];
  if (verb === 'cancel') transfers.cancel(transfer);
  else if (transfer.state === 'running') transfers.pause(transfer);
  else if (transfer.state === 'failed' && file !== undefined) fetchFile(scope, file);
  else transfers.resume(transfer);
  return done;
}
