import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import test from 'ava';
import { openDesk } from './helpers/open-desk.ts';

/** Until what is looked up outside the program has come. */
async function until(isSo: () => boolean, settle: () => Promise<void>) {
  for (let i = 0; i < 500 && !isSo(); i++) {
    await settle();
    await after(2);
  }
}

test('Tab goes into a folder that was completed, and writes a path as it was begun', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sc-tab-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'up one'));
  for (const name of ['with space.txt', 'another.txt']) writeFileSync(join(folder, 'up one', name), 'x');
  const { key, line, settle, store, chat } = await openDesk(t);
  const tab = async (typed: string, wanted: string) => {
    store.dispatch({ type: 'typed', text: typed });
    await key('tab');
    await until(() => line() === wanted, settle);
    t.is(line(), wanted);
  };
  await tab(`.file ${folder}/u`, `.file ${folder}/up one/`);
  t.is(chat().completion, null);
  await tab('', `.file ${folder}/up one/another.txt`);
  t.is(chat().completion?.words.length, 2);
  await tab('', `.file ${folder}/up one/with space.txt`);
  await key('escape');
  t.is(chat().completion, null);
  await key('ctrl+u');
  await tab(`.file "${folder}/up`, `.file "${folder}/up one/`);
  await tab('wi', `.file "${folder}/up one/with space.txt"`);
  await key('ctrl+u');
  await tab(`.file ${folder}/up\\ o`, `.file ${folder}/up\\ one/`);
  await tab('wi', `.file ${folder}/up\\ one/with\\ space.txt`);
});
