/**
 * Keeps the process alive while a client is open. The other timers of a client are unreferenced, so a program that waits for a message
 * or a new link would end with status 0.
 */
import type { Connection } from './connection.ts';

/** The longest delay of a timer, in ms. */
const LONG_MS = 2 ** 31 - 1;

/** Keeps the process alive until the returned function is called. */
export function holdProcess(): () => void {
  const timer = setInterval(() => {}, LONG_MS);
  return () => clearInterval(timer);
}

/** Keeps the process alive until the returned function is called, or the connection is closed for good. */
export function keepAlive(connection: Pick<Connection, 'state' | 'onState'>): () => void {
  let release: (() => void) | null = null;
  const look = (): void => {
    const { state } = connection;
    const isOver = state.state === 'closed' && state.code !== 'key-changed';
    if (isOver) end();
    else release ??= holdProcess();
  };
  const end = (): void => {
    release?.();
    release = null;
  };
  const unsubscribe = connection.onState(look);
  look();
  return () => {
    unsubscribe();
    end();
  };
}
