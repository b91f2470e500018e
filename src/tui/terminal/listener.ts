/** Adds a listener; the returned function removes it. */
export function listen(
  emitter: NodeJS.EventEmitter,
  name: string,
  listener: (...values: unknown[]) => void,
): () => void {
  emitter.on(name, listener);
  return () => emitter.off(name, listener);
}
