/**
 * Divides the process's file descriptors between links and files, so that the limit is never reached: a database that
 * cannot open its files fails, and a system that cannot accept a connection drops it silently.
 */
import { readFileSync } from 'node:fs';
import { limitValues } from './limits.ts';

/** Used when the system does not report its limit. */
const DEFAULT_LIMIT = 1_024;

/** The most connections in each state. */
export type LinkShares = { halfOpen: number; beforeLogin: number; loggedIn: number };
export type DescriptorShares = { links: LinkShares; transfers: number };

/** The limit of this process. Node raised it to the hard limit when it started. */
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

/**
 * Reserves `limitValues.descriptorsKept` for the daemon, an eighth of the rest for files, and the remainder for links.
 */
export function divideDescriptors(limit: number): DescriptorShares {
  const free = Math.max(0, limit - limitValues.descriptorsKept);
  // An upload that starts or finishes also has its folder open.
  const transfers = Math.floor(free / 8 / 2);
  const links = free - 2 * transfers;
  const halfOpen = Math.min(limitValues.halfOpen, Math.floor(links / 8));
  const beforeLogin = Math.min(limitValues.beforeLogin, Math.floor(links / 8));
  return { links: { halfOpen, beforeLogin, loggedIn: links - halfOpen - beforeLogin }, transfers };
}
