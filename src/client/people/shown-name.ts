/** Returns the name that the person sees. Names contain no spaces or brackets, so no account can imitate the mark of a former key. */
export function shownName({ from, formerKey }: { from: string; formerKey: boolean }): string {
  return formerKey ? `${from} (former key)` : from;
}
