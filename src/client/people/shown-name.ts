/** A name as it is shown. No name has a space or a bracket: what follows it can be no part of another name. */
export function shownName({ from, formerKey }: { from: string; formerKey: boolean }): string {
  return formerKey ? `${from} (former key)` : from;
}
