/** Describes the machine. The figures of a bench mean nothing without this line. */
import { availableParallelism, cpus, loadavg } from 'node:os';

export function machineLine(): string {
  const [load = 0] = loadavg();
  const cores = availableParallelism();
  const busy = load > cores / 2 ? '; not idle: only ratios within one run count' : '';
  return `${cores} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, load ${load.toFixed(1)}${busy}`;
}
