/** Which handler carries out a request, and in which states of a session. One line a request, in the order of requests.ts. */
import type { RequestName } from '../../protocol/requests.ts';
import type { Handler } from '../context.ts';
import type { SessionState } from '../session.ts';
import { deviceEnd } from './device-end.ts';
import { downloadOpen } from './download-open.ts';
import { loginFinish } from './login-finish.ts';
import { loginKey } from './login-key.ts';
import { loginProve } from './login-prove.ts';
import { loginStart } from './login-start.ts';
import { ping } from './ping.ts';
import { recordFinish } from './record-finish.ts';
import { recordStart } from './record-start.ts';
import { registerFinish } from './register-finish.ts';
import { registerStart } from './register-start.ts';
import { sessions } from './sessions.ts';
import { transferEnd } from './transfer-end.ts';
import { uploadFinish } from './upload-finish.ts';
import { uploadOpen } from './upload-open.ts';
import { window } from './window.ts';

export type Row<N extends RequestName> = {
  handler: Handler<N>;
  allowed: readonly SessionState[];
  /**
   * Runs when nothing else of its session is under way, and nothing starts before it is done: for what changes the
   * session's state. All others start in the order they came, up to a limit at once.
   */
  alone?: true;
};

export const beforeLogin = ['anonymous'] as const;
export const afterLogin = ['by-key', 'by-password'] as const;
export const withPassword = ['by-password'] as const;

const renewing = ['must-renew', 'by-password'] as const;
const always = ['anonymous', 'must-renew', 'needs-vault', 'by-key', 'by-password'] as const;

export type Table = { [N in RequestName]?: Row<N> };

export const table: Table = {
  'register-start': { handler: registerStart, allowed: beforeLogin, alone: true },
  'register-finish': { handler: registerFinish, allowed: beforeLogin, alone: true },
  'login-start': { handler: loginStart, allowed: beforeLogin, alone: true },
  'login-finish': { handler: loginFinish, allowed: beforeLogin, alone: true },
  'login-prove': { handler: loginProve, allowed: beforeLogin, alone: true },
  'login-key': { handler: loginKey, allowed: beforeLogin, alone: true },

  'record-start': { handler: recordStart, allowed: renewing, alone: true },
  'record-finish': { handler: recordFinish, allowed: renewing, alone: true },
  sessions: { handler: sessions, allowed: afterLogin },
  'device-end': { handler: deviceEnd, allowed: afterLogin, alone: true },
  ping: { handler: ping, allowed: always },

  'upload-open': { handler: uploadOpen, allowed: afterLogin },
  'upload-finish': { handler: uploadFinish, allowed: afterLogin },
  'download-open': { handler: downloadOpen, allowed: afterLogin },
  window: { handler: window, allowed: afterLogin },
  'transfer-end': { handler: transferEnd, allowed: afterLogin },
};
