/** Which dot-commands line mode takes, and how: `.help` there and docs/SCREEN are printed from it. */
import type { CommandName } from '../../tui/command-line/command-names.ts';
import { commandNames } from '../../tui/command-line/command-names.ts';
import { type CommandRow, commandTable } from '../../tui/command-line/dot-commands.ts';

const forEyes: ReadonlySet<CommandName> = new Set([
  '.scroll',
  '.go',
  '.pane',
  '.bare',
  '.redraw',
  '.copy',
  '.notify',
  '.mouse',
  '.theme',
  '.typing',
] as const);

/** Nothing is chosen with arrows here, and nothing asks back. */
const otherHere: Partial<Record<CommandName, CommandRow>> = {
  '.reply': { usage: 'TEXT', help: 'answer the newest message of another', needs: true },
  '.edit': { usage: 'TEXT', help: 'change your newest message', needs: true },
  '.delete': { usage: '[yes]', help: 'say what your newest message is; .delete yes deletes it for everyone' },
  '.react': { usage: 'EMOJI', help: 'react to the newest message of another; again takes it back', needs: true },
  '.search': { usage: 'TEXT', help: 'search messages', needs: true },
  '.links': { usage: '', help: 'links of this conversation' },
  '.verify': {
    usage: '[NAME [same|accept|undo]]',
    help: 'the safety number with somebody; then say that it is the same, take a changed key, or take the mark back',
  },
};

export const lineCommandTable: Readonly<Record<CommandName, CommandRow>> = { ...commandTable, ...otherHere };

export const screenOnly: readonly CommandName[] = commandNames.filter((name) => forEyes.has(name));
export const spoken: readonly CommandName[] = commandNames.filter((name) => !forEyes.has(name));
export const spokenOtherwise: readonly CommandName[] = spoken.filter((name) => otherHere[name] !== undefined);
