/**
 * Keeps the process alive while a client is open. No timer of the client does that, so a program that waits for a message, or for
 * a link that comes back, would end with status 0 in the middle of it.
 */
import type { Connection } from './connection.ts';

/** The longest that a timer takes. ms. */
const LONG_MS = 2 ** 31 - 1;

/** Until the returned function is called. */
export function holdProcess(): () => void {
  const timer = setInterval(() => {}, LONG_MS);
  return () => clearInterval(timer);
}

/** From now until the returned function is called, or the link is closed and never tried again. */
export function keepAlive(connection: Pick<Connection, 'state' | 'onState'>): () => void {
  let letGo: (() => void) | null = null;
  const look = (): void => {
    const { state } = connection;
    const isOver = state.state === 'closed' && state.code !== 'key-changed';
    if (isOver) end();
    else letGo ??= holdProcess();
  };
  const end = (): void => {
    letGo?.();
    letGo = null;
  };
  const unsubscribe = connection.onState(look);
  look();
  return () => {
    unsubscribe();
    end();
  };
}
