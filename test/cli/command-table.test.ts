import test from 'ava';
import yargs from 'yargs';
import { commandTable } from '../../src/cli/command-table.ts';

test('the table lists every option that takes no value', async (t) => {
  for (const { usage, switches = [], load } of commandTable) {
    const declared = yargs().help(false).version(false);
    (await load()).options(declared);
    // getOptions() of yargs is not in its types.
    const { boolean } = (declared as unknown as { getOptions(): { boolean: string[] } }).getOptions();
    t.deepEqual([...switches].sort(), boolean.filter((name) => !['help', 'version'].includes(name)).sort(), usage);
  }
});
