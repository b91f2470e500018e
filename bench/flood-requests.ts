/** Floods of requests: a window of them under way on a link, again and again. */
import { setTimeout as after } from 'node:timers/promises';
import { encodeRequest } from '../src/protocol/wire/codec.ts';
import type { RequestName, RequestParams } from '../src/protocol/wire/requests.ts';
import { addressOf, flooder, logInAgain } from './flood-people.ts';

/** `mayGo` is false while the flooding process has had its share of a core. */
export type Governor = { mayGo: boolean; over: boolean };
export type Flood = (port: number, index: number, governor: Governor) => Promise<void>;
type LogIn = (port: number, index: number) => ReturnType<typeof logInAgain>;

export const PUMP_MS = 5;

const byItself: LogIn = (port, index) => logInAgain(port, flooder(index), addressOf(index));

/** Keeps `window` requests under way, and looks at no answer. A link that was cut is opened again. */
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
      let [underWay, lost] = [0, false];
      link.onMessage = () => {
        underWay -= 1;
      };
      link.onClose = () => {
        lost = true;
      };
      while (!governor.over && !lost) {
        for (; governor.mayGo && underWay < window; underWay++) link.send(request(++n));
        await after(PUMP_MS);
      }
      link.destroy();
    }
  };
}

/** The same request over and over. */
export function same<N extends RequestName>(window: number, method: N, params: RequestParams<N>, logIn = byItself) {
  const bytes = encodeRequest(1, method, params);
  return requests(window, async () => () => bytes, logIn);
}
