import { readFileSync } from 'node:fs';
import test from 'ava';
import { commandDocument, path } from '../../scripts/make-command-docs.ts';
import { commandTable } from '../../src/cli/command-table.ts';

test('docs/COMMANDS.md is up to date (npm run docs)', async (t) => {
  const document = await commandDocument();
  t.is(readFileSync(path, 'utf8'), document);
  for (const { usage, summary } of commandTable) {
    t.true(document.includes(`securechat ${usage}`), usage);
    t.true(document.includes(summary), usage);
  }
  t.false(document.includes('undocumented'));
});
