/** Floods that keep a window of requests in flight on a link. */
import { setTimeout as after } from 'node:timers/promises';
import { encodeRequest } from '../src/protocol/wire/codec.ts';
import type { RequestName, RequestParams } from '../src/protocol/wire/requests.ts';
import { addressOf, flooder, logInWithRetry } from './flood-people.ts';

/** `mayGo` is false while the flooding process has used up its share of a core; `over` ends the flood. */
export type Governor = { mayGo: boolean; over: boolean };
export type Flood = (port: number, index: number, governor: Governor) => Promise<void>;
type LogIn = (port: number, index: number) => ReturnType<typeof logInWithRetry>;

export const PUMP_MS = 5;

const byItself: LogIn = (port, index) => logInWithRetry(port, flooder(index), addressOf(index));

/** Keeps `window` requests in flight and ignores the answers. Opens a new link when one was closed. */
export function requests(
  window: number,
  make: (index: number, lobby: Uint8Array) => Promise<(n: number) => Uint8Array>,
  logIn = byItself,
): Flood {
  return async (port, index, governor) => {
    let request: ((n: number) => Uint8Array) | null = null;
    let n = 0;
    while (!governor.over) {
      const { link, lobby } = await logIn(port, index);
      request ??= await make(index, lobby);
      let [inFlight, lost] = [0, false];
      link.onMessage = () => {
        inFlight -= 1;
      };
      link.onClose = () => {
        lost = true;
      };
      while (!governor.over && !lost) {
        for (; governor.mayGo && inFlight < window; inFlight++) link.send(request(++n));
        await after(PUMP_MS);
      }
      link.destroy();
    }
  };
}

/** Sends the same request again and again. */
export function repeat<N extends RequestName>(window: number, method: N, params: RequestParams<N>, logIn = byItself) {
  const bytes = encodeRequest(1, method, params);
  return requests(window, async () => () => bytes, logIn);
}
