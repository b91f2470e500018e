/**
 * Folder `requests`: one file for each request of the protocol; handlers know no sockets and no bytes of the link. This
 * table says which handler runs a request, and in which session states, in the order of wire/requests.ts.
 */
import type { RequestName } from '../../protocol/wire/requests.ts';
import type { Handler } from '../context.ts';
import type { SessionState } from '../sessions/session.ts';
import { downloadOpen } from './files/download-open.ts';
import { files } from './files/files.ts';
import { transferEnd } from './files/transfer-end.ts';
import { uploadDrop } from './files/upload-drop.ts';
import { uploadFinish } from './files/upload-finish.ts';
import { uploadOpen } from './files/upload-open.ts';
import { window } from './files/window.ts';
import { accountClose } from './login/account-close.ts';
import { deviceEnd } from './login/device-end.ts';
import { loginFinish } from './login/login-finish.ts';
import { loginKey } from './login/login-key.ts';
import { loginProve } from './login/login-prove.ts';
import { loginStart } from './login/login-start.ts';
import { ping } from './login/ping.ts';
import { recordFinish } from './login/record-finish.ts';
import { recordStart } from './login/record-start.ts';
import { registerFinish } from './login/register-finish.ts';
import { registerStart } from './login/register-start.ts';
import { sessions } from './login/sessions.ts';
import { ticket } from './login/ticket.ts';
import { vaultGet } from './login/vault-get.ts';
import { vaultPut } from './login/vault-put.ts';
import { conversations } from './messages/conversations.ts';
import { deliver } from './messages/deliver.ts';
import { fetch } from './messages/fetch.ts';
import { read } from './messages/read.ts';
import { say } from './messages/say.ts';
import { whisper } from './messages/whisper.ts';
import { away } from './people/away.ts';
import { cardPut } from './people/card-put.ts';
import { cards } from './people/cards.ts';
import { people } from './people/people.ts';
import { typing } from './people/typing.ts';
import { epochBegin } from './rooms/epoch-begin.ts';
import { epochCommit } from './rooms/epoch-commit.ts';
import { epochKeys } from './rooms/epoch-keys.ts';
import { grant } from './rooms/grant.ts';
import { grantAsk } from './rooms/grant-ask.ts';
import { logAppend } from './rooms/log-append.ts';
import { members } from './rooms/members.ts';
import { sharedGet } from './shared/shared-get.ts';
import { sharedPut } from './shared/shared-put.ts';

export type RequestRow<N extends RequestName> = {
  handler: Handler<N>;
  allowed: readonly SessionState[];
  /**
   * Runs alone in its session: after all requests in flight, and before any later one. For requests that change the
   * session's state. Others start in order of arrival, several at a time.
   */
  exclusive?: true;
  /** The answer may be long. Few are in flight at a time, as they may wait for the client to read. */
  largeAnswer?: true;
  /** Its event may go to every session; the request is charged for that. */
  notifiesAll?: true;
};

const beforeLogin = ['anonymous'] as const;
export const afterLogin = ['by-key', 'by-export', 'by-password'] as const;
const withPassword = ['by-password'] as const;
const ownsAccount = ['by-export', 'by-password'] as const;

const renewing = ['must-renew', ...ownsAccount] as const;
const always = ['anonymous', 'must-renew', 'needs-vault', ...afterLogin] as const;

export type RequestTable = { [N in RequestName]: RequestRow<N> };

export const requestTable: RequestTable = {
  'register-start': { handler: registerStart, allowed: beforeLogin, exclusive: true },
  'register-finish': { handler: registerFinish, allowed: beforeLogin, exclusive: true, notifiesAll: true },
  'login-start': { handler: loginStart, allowed: beforeLogin, exclusive: true },
  'login-finish': { handler: loginFinish, allowed: beforeLogin, exclusive: true },
  'login-prove': { handler: loginProve, allowed: beforeLogin, exclusive: true, notifiesAll: true },
  'login-key': { handler: loginKey, allowed: beforeLogin, exclusive: true, notifiesAll: true },

  'record-start': { handler: recordStart, allowed: renewing, exclusive: true },
  'record-finish': { handler: recordFinish, allowed: renewing, exclusive: true, notifiesAll: true },
  'vault-put': { handler: vaultPut, allowed: ['needs-vault', ...ownsAccount], exclusive: true },
  'vault-get': { handler: vaultGet, allowed: withPassword, largeAnswer: true },
  'shared-put': { handler: sharedPut, allowed: afterLogin },
  'shared-get': { handler: sharedGet, allowed: afterLogin, largeAnswer: true },
  'account-close': { handler: accountClose, allowed: withPassword, exclusive: true, notifiesAll: true },
  'card-put': { handler: cardPut, allowed: afterLogin, notifiesAll: true },
  sessions: { handler: sessions, allowed: afterLogin },
  'device-end': { handler: deviceEnd, allowed: afterLogin, exclusive: true },
  ticket: { handler: ticket, allowed: ownsAccount, exclusive: true },
  ping: { handler: ping, allowed: always },

  cards: { handler: cards, allowed: afterLogin, largeAnswer: true },
  people: { handler: people, allowed: afterLogin, largeAnswer: true },
  away: { handler: away, allowed: afterLogin, notifiesAll: true },
  typing: { handler: typing, allowed: afterLogin },

  conversations: { handler: conversations, allowed: afterLogin, largeAnswer: true },
  fetch: { handler: fetch, allowed: afterLogin, largeAnswer: true },
  whisper: { handler: whisper, allowed: afterLogin },
  say: { handler: say, allowed: afterLogin, notifiesAll: true },
  read: { handler: read, allowed: afterLogin },
  deliver: { handler: deliver, allowed: afterLogin },

  'log-append': { handler: logAppend, allowed: afterLogin, notifiesAll: true },
  members: { handler: members, allowed: afterLogin, largeAnswer: true },
  'epoch-begin': { handler: epochBegin, allowed: afterLogin, exclusive: true },
  'epoch-keys': { handler: epochKeys, allowed: afterLogin },
  'epoch-commit': { handler: epochCommit, allowed: afterLogin, exclusive: true, notifiesAll: true },
  'grant-ask': { handler: grantAsk, allowed: afterLogin },
  grant: { handler: grant, allowed: afterLogin },

  'upload-open': { handler: uploadOpen, allowed: afterLogin },
  'upload-finish': { handler: uploadFinish, allowed: afterLogin },
  'download-open': { handler: downloadOpen, allowed: afterLogin },
  window: { handler: window, allowed: afterLogin },
  'transfer-end': { handler: transferEnd, allowed: afterLogin },
  'upload-drop': { handler: uploadDrop, allowed: afterLogin },
  files: { handler: files, allowed: afterLogin, largeAnswer: true },
};
