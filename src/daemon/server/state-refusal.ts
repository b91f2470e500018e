/** Tells a client why a request is not allowed in the session's state, and what to do first. */
import { Refusal } from '../../protocol/base/errors.ts';
import type { SessionState } from '../sessions/session.ts';

export function stateRefusal(state: SessionState): Refusal {
  switch (state) {
    case 'anonymous':
      return new Refusal('login-refused', 'log in first');
    case 'must-renew':
      return new Refusal('must-renew', 'this account has no keys yet; renew it first');
    case 'needs-vault':
      return new Refusal('needs-vault', 'store the vault first');
    case 'by-key':
    case 'by-export':
      return new Refusal('needs-password', 'this needs a login with the password');
    case 'by-password':
      return new Refusal('bad-request', 'this session is logged in; open another link');
  }
}
