import test from 'ava';
import { Handover } from '../../../src/tui/terminal/handover.ts';
import type { TerminalModes } from '../../../src/tui/terminal/terminal-modes.ts';

test('a terminal that comes back is set to raw before anything is asked of it', async (t) => {
  const done: string[] = [];
  const note = (what: string) => () => void done.push(what);
  const modes = { enter: note('enter'), leave: note('leave') } as unknown as TerminalModes;
  const handover = new Handover({
    modes,
    raw: (on) => void done.push(`raw ${on ? 'on' : 'off'}`),
    measure: note('measure'),
  });
  handover.setSuspend(async () => {
    done.push('suspend');
    return { resume: async () => void done.push('resume') };
  });
  const shell = Promise.withResolvers<void>();
  const first = handover.suspendDuring(() => shell.promise);
  await handover.suspendDuring(async () => void done.push('a second time'));
  shell.resolve();
  await first;
  t.deepEqual(done, ['suspend', 'leave', 'raw off', 'raw on', 'enter', 'measure', 'resume']);
});
