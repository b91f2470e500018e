import { SingleBar } from 'cli-progress';
import prettyBytes from 'pretty-bytes';
import type { TransferState } from '../../client/types.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import { canRedraw } from './progress.ts';
import type { Shell } from './shell.ts';

/** Shows the progress of a transfer on standard error. Does nothing with --quiet or --json, or on a terminal that cannot redraw. */
export function transferBar(shell: Shell, label: string): { show(transfer: TransferState): void; stop(): void } {
  if (!canRedraw(process.stderr, process.env) || shell.output.quiet || shell.output.json)
    return { show() {}, stop() {} };
  const bar = new SingleBar({
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    format: `{bar} {percentage}% ${printable(label).replaceAll(/[{}]/g, '_')} {rate} {eta_formatted} left`,
  });
  let started = false;
  let stopped = false;
  return {
    show({ size, done, rate, state }) {
      if (stopped) return;
      const fields = { rate: state === 'paused' ? 'waiting for the server' : `${prettyBytes(rate)}/s` };
      if (started) bar.update(done, fields);
      else bar.start(Math.max(size, 1), done, fields);
      started = true;
    },
    stop() {
      stopped = true;
      bar.stop();
    },
  };
}
