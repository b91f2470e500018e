import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openChat } from '../../helpers/screen/open-chat.ts';

test('Tab goes on into a completed folder and keeps the typed form of the path', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sc-tab-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'up one'));
  for (const name of ['with space.txt', 'another.txt']) writeFileSync(join(folder, 'up one', name), 'x');
  const { key, line, store, chat, until } = await openChat(t);
  const tab = async (typed: string, wanted: string) => {
    store.dispatch({ type: 'typed', text: typed });
    await key('tab');
    await until(() => line() === wanted);
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
