/** Dot-commands return results and show nothing themselves. */
import test from 'ava';
import type { CommandName } from '../../../src/tui/command-line/command-names.ts';
import { commandNames } from '../../../src/tui/command-line/command-names.ts';
import type { Result } from '../../../src/tui/commands/dot-command.ts';
import { commandTable } from '../../../src/tui/commands/dot-command-table.ts';
import { person } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

test('every command has one name in the list, and every name a command', (t) => {
  t.deepEqual(Object.keys(commandTable).sort(), [...commandNames].sort());
});

test('a result says what was found, changed or refused, and the screen stays as it was', async (t) => {
  const { scope, store, notice, client, settle, outside } = await openChat(t, (fake) => {
    fake.everybody = [person('alice'), person('bob'), person('mallory', { changedTo: 'cd'.repeat(32) })];
  });
  client.receive({ text: 'see https://one.example', id: 'b1' });
  await settle();
  const run = async (name: CommandName, argument = '') => commandTable[name].run(scope, argument);
  const kinds: [CommandName, string, Result['kind']][] = [
    ['.help', '', 'help'],
    ['.users', '', 'conversations'],
    ['.rooms', '', 'conversations'],
    ['.list_files', '', 'files'],
    ['.transfers', '', 'transfers'],
    ['.download', 'none', 'unclear'],
    ['.links', '', 'links'],
    ['.copy', '', 'copy'],
    ['.search', 'one', 'search'],
    ['.verify', 'bob', 'comparison'],
    ['.whoami', '', 'identity'],
    ['.fingerprints', '', 'fingerprints'],
    ['.keys', 'rotate', 'key-work'],
    ['.keys', 'export a.scx', 'key-work'],
    ['.devices', '', 'devices'],
    ['.devices', 'x', 'misused'],
    ['.devices', 'end', 'misused'],
    ['.devices', 'end nobody', 'refused'],
    ['.devices', 'end others', 'done'],
    ['.passwd', '', 'new-password'],
    ['.delete', '', 'refused'],
    ['.msg', 'nobody hi', 'refused'],
    ['.msg', 'mallory hi', 'stopped'],
    ['.theme', 'pink', 'misused'],
    ['.block', '', 'done'],
    ['.react', '👍', 'reacted'],
    ['.join', '#lobby', 'opened'],
    ['.redraw', '', 'redraw'],
    ['.exit', '', 'leave'],
  ];
  for (const [name, argument, kind] of kinds) t.is((await run(name, argument)).kind, kind, `${name} ${argument}`);
  t.is(notice(), '');
  t.is(store.get().overlay, null);
  t.deepEqual(outside, []);
});

test('a refusal of the client becomes a result, too', async (t) => {
  const { scope, client, settle } = await openChat(t);
  client.receive({ text: 'hi', id: 'b1' });
  await settle();
  client.failures.set('react', new Error('the disk is full'));
  t.deepEqual(await commandTable['.react'].run(scope, '👍'), { kind: 'refused', text: 'the disk is full' });
  client.failures.set('queue', new Error('the disk is full'));
  t.deepEqual(await commandTable['.reply'].run(scope, 'yes'), { kind: 'refused', text: 'the disk is full' });
});
