/** `npm run bench [part…] [-- --quick]` runs the benches one after the other. Each file also runs by itself. */
import { parseArgs } from 'node:util';
import { benchDurable } from './durable.ts';
import { benchFanOut } from './fan-out.ts';
import { benchFiles } from './files.ts';
import { benchFloods } from './floods.ts';
import { benchLogins } from './logins.ts';
import { machineLine } from './machine.ts';
import { benchNotes } from './notes.ts';
import { benchReceive } from './receive.ts';
import type { Print } from './report.ts';
import { benchSeal } from './seal.ts';
import { benchSend } from './send.ts';
import { benchTui } from './tui.ts';

/** The parts. A quick run measures less: it shows that a part works and roughly what its figures are. */
const parts: { [name: string]: (print: Print, quick: boolean) => Promise<void> } = {
  logins: benchLogins,
  seal: benchSeal,
  notes: benchNotes,
  send: benchSend,
  'fan-out': (print, quick) => benchFanOut(print, quick ? ['busy'] : ['calm', 'busy']),
  durable: (print) => benchDurable(print),
  floods: (print, quick) => benchFloods(print, quick ? ['pings', 'people'] : undefined),
  files: (print) => benchFiles(print),
  tui: (print) => benchTui(print),
  receive: (print) => benchReceive(print),
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' } } });
const quick = values.quick === true;
const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`unknown part ${unknown.join(', ')}; the parts are ${Object.keys(parts).join(', ')}`);
  process.exitCode = 2;
} else {
  console.log(machineLine());
  const slow = ['floods', 'files', 'tui', 'receive'];
  const chosen =
    positionals.length > 0 ? positionals : Object.keys(parts).filter((name) => !(quick && slow.includes(name)));
  for (const name of chosen) {
    console.log(`\n${name}`);
    await parts[name]?.((line) => console.log(`  ${line}`), quick);
  }
  if (quick && positionals.length === 0) console.log(`\n--quick left out: ${slow.join(', ')}`);
}
