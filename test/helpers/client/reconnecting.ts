import { Calls } from '../../../src/client/connection/calls.ts';
import { Connection, type LoggedInLink } from '../../../src/client/connection/connection.ts';
import { ClientError } from '../../../src/client/errors.ts';
import type { LinkState } from '../../../src/client/types.ts';
import type { Welcome } from '../../../src/protocol/wire/login-requests.ts';
import { manualClock } from '../manual-clock.ts';
import { type FakeWire, fakeWire } from './wire.ts';

const welcome: Welcome = {
  session: 1,
  name: 'alice',
  idFp: null,
  mustRenew: false,
  recordHash: null,
  vault: null,
  localKeys: false,
  shared: 0,
  ticket: null,
  replaced: null,
  lobby: new Uint8Array(32),
  at: 0,
  maxFileSize: 1,
};

/** What a login gives: null for a good link; `dies` for one that has already ended; `hangs` for one that the test lets through. */
type Outcome = Error | null | 'dies' | 'hangs';

/** A connection whose next logins give `outcomes`: an error, or null for a good link. */
export function reconnecting(outcomes: Outcome[] = [], first: null | 'dies' = null) {
  const clock = manualClock();
  const wires: FakeWire[] = [];
  const states: LinkState[] = [];
  const hanging: { signal: AbortSignal; go: () => void }[] = [];
  const logIn = (outcome: Exclude<Outcome, Error>): LoggedInLink => {
    const wire = fakeWire();
    wires.push(wire);
    const calls = new Calls(wire);
    if (outcome === 'dies') wire.end('lost');
    return { calls, welcome: { ...welcome, session: wires.length } };
  };
  const connection = new Connection({
    first: logIn(first),
    reconnect: async (signal) => {
      const outcome = outcomes.shift() ?? null;
      if (outcome instanceof Error) throw outcome;
      if (outcome === 'hangs') await new Promise<void>((go) => hanging.push({ signal, go }));
      return logIn(outcome);
    },
    clock,
    // The largest random value, for the full wait.
    random: (size) => new Uint8Array(size).fill(0xff),
  });
  connection.onState((state) => states.push(state));
  const newest = (): FakeWire => wires.at(-1) ?? fakeWire();
  return { connection, clock, wires, states, hanging, newest };
}

/** A login that fails because nothing answers. */
export const away = () => new ClientError('unreachable', 'nothing listens there');
