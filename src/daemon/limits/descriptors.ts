/**
 * How many sockets and files the system lets this process have open, and how they are shared out, so that the limit is never
 * met: a database that cannot open its files has failed, and a system that cannot accept a connection drops it without a word.
 */
import { readFileSync } from 'node:fs';
import { limitValues } from './limits.ts';

/** Where the system does not say. */
const DEFAULT_LIMIT = 1_024;

/** Connections at most, by what they have got to. */
export type LinkShares = { halfOpen: number; beforeLogin: number; loggedIn: number };
export type DescriptorShares = { links: LinkShares; transfers: number };

/** The limit of this process as it stands: Node has raised it to the hard limit at its start. */
export function descriptorLimit(): number {
  try {
    return parseLimits(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return DEFAULT_LIMIT;
  }
}

/** @param text of Linux's /proc/self/limits */
export function parseLimits(text: string): number {
  const soft = /^Max open files +(\d+|unlimited) /m.exec(text)?.[1];
  if (soft === 'unlimited') return Number.MAX_SAFE_INTEGER;
  return soft === undefined ? DEFAULT_LIMIT : Number(soft);
}

/** The daemon itself keeps `figures.descriptorsKept`; an eighth of the rest is for files, the rest for connections. */
export function divideDescriptors(limit: number): DescriptorShares {
  const free = Math.max(0, limit - limitValues.descriptorsKept);
  // An upload that begins or ends has its folder open, too.
  const transfers = Math.floor(free / 8 / 2);
  const links = free - 2 * transfers;
  const halfOpen = Math.min(limitValues.halfOpen, Math.floor(links / 8));
  const beforeLogin = Math.min(limitValues.beforeLogin, Math.floor(links / 8));
  return { links: { halfOpen, beforeLogin, loggedIn: links - halfOpen - beforeLogin }, transfers };
}
