import test from 'ava';
import yargs from 'yargs';
import { commandTable } from '../../src/cli/command-table.ts';

test('every option without a value is named in the table', async (t) => {
  for (const { usage, switches = [], load } of commandTable) {
    const declared = yargs().help(false).version(false);
    (await load()).options(declared);
    // yargs keeps them under this name; its types leave it out.
    const { boolean } = (declared as unknown as { getOptions(): { boolean: string[] } }).getOptions();
    t.deepEqual([...switches].sort(), boolean.filter((name) => !['help', 'version'].includes(name)).sort(), usage);
  }
});
