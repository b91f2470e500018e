/** CPU time and memory of a process, from /proc (Linux only). */
import { readFileSync } from 'node:fs';

/** The unit of the times in /proc/PID/stat (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** User and system time of all threads, in seconds. */
export function cpuSeconds(pid: number | undefined): number {
  // The name in parentheses may contain spaces, so count from behind it: user and system time are fields 14 and 15.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory, in MiB. */
export function residentMiB(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}
