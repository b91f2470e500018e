/** A daemon that lies: everything a client receives passes through the test first. */

import type { Connection } from '../../../src/client/connection/connection.ts';
import type { SignedIn } from '../../../src/client/login/sign-in.ts';
import type { Event } from '../../../src/protocol/wire/codec.ts';
import type { Entry } from '../../../src/protocol/wire/fields.ts';
import type { RequestName, RequestParams, RequestResult } from '../../../src/protocol/wire/requests.ts';

export type Tamper = {
  /** Returns what arrives instead of an entry: itself, others, or nothing. */
  entry?: (entry: Entry) => Entry[];
  /** Called before a request is sent; it is lost if this throws. */
  ask?: (method: RequestName, params: unknown) => void;
  /** Returns what arrives instead of an answer, at once or later. */
  answer?: (method: RequestName, params: unknown, result: unknown) => unknown;
};

/** The same login, seen through `tamper`, whose fields may be changed meanwhile. */
export function tamperedLogin(signedIn: SignedIn, tamper: Tamper): SignedIn {
  const { connection: real } = signedIn;
  const entries = (given: readonly Entry[]) => given.flatMap((entry) => tamper.entry?.(entry) ?? [entry]);
  const connection = {
    get state() {
      return real.state;
    },
    get welcome() {
      return real.welcome;
    },
    get clockSkew() {
      return real.clockSkew;
    },
    get link() {
      return real.link;
    },
    async request<N extends RequestName>(method: N, params: RequestParams<N>, options?: { wait?: boolean }) {
      tamper.ask?.(method, params);
      const result: unknown = await real.request(method, params, options);
      const changed = tamper.answer ? await tamper.answer(method, params, result) : result;
      if (method !== 'fetch') return changed as RequestResult<N>;
      const page = changed as RequestResult<'fetch'>;
      return { ...page, entries: entries(page.entries) } as RequestResult<N>;
    },
    onEvent: (listener: (event: Event) => void) =>
      real.onEvent((event) => {
        if (event.method !== 'posted') listener(event);
        else
          for (const entry of entries([event.params.entry]))
            listener({ method: 'posted', params: { ...event.params, entry } });
      }),
    // A changed event is another object, so nothing of it is shown before it has its place.
    onEarly: () => () => {},
    onOnline: real.onOnline.bind(real),
    onState: real.onState.bind(real),
    onSegment: real.onSegment.bind(real),
    close: real.close.bind(real),
  };
  return { ...signedIn, connection: connection as unknown as Connection };
}
