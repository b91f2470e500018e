/** Lookups by words that people typed: `constructor` and the like find nothing unless they are own properties. */
import type { Person } from '../../client/types.ts';
import type { Chat } from './state.ts';

export function ownValue<T>(record: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(record, word) ? record[word] : undefined;
}

export function personOf({ people }: Pick<Chat, 'people'>, name: string): Person | undefined {
  return ownValue(people, name);
}
