import test from 'ava';
import { completionsFor } from '../../../src/tui/command-line/completion.ts';
import { commandTable } from '../../../src/tui/commands/dot-command-table.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

function offered(before: string): readonly string[] {
  const found = completionsFor(new ScreenState().chat, before, commandTable);
  return found.kind === 'words' ? found.completion.words.map((word) => found.completion.head + word) : [found.kind];
}

test('commands, names and rooms are completed; paths and emoji are looked up', (t) => {
  t.deepEqual(offered('.th'), ['.theme ']);
  t.deepEqual(offered('/th'), ['/theme ']);
  t.deepEqual(offered('@b'), ['@bob ']);
  t.deepEqual(offered('hi @ca'), ['hi @carol ']);
  t.deepEqual(offered('bo'), ['bob: ']);
  t.deepEqual(offered('hi bo'), ['hi bob ']);
  t.deepEqual(offered('.msg b'), ['.msg bob ']);
  t.deepEqual(offered('/msg b'), ['/msg bob ']);
  t.deepEqual(offered('.MSG b'), ['.MSG bob ']);
  t.deepEqual(offered('.join #l'), ['.join #lobby']);
  t.deepEqual(offered('.mute #l'), ['.mute #lobby']);
  t.deepEqual(offered('.mute b'), ['.mute bob']);
  t.deepEqual(offered('.block c'), ['.block carol']);
  t.deepEqual(offered('.file /tm'), ['path']);
  t.deepEqual(offered('so :smi'), ['emoji']);
  t.deepEqual(offered('xyz'), ['nothing']);
});

test('the arguments of a command are completed where its usage names them', (t) => {
  t.deepEqual(offered('.notify b'), ['.notify bell ']);
  t.deepEqual(offered('.notify bell o'), ['.notify bell off', '.notify bell on']);
  t.deepEqual(offered('/theme '), ['/theme 16', '/theme dark', '/theme light', '/theme none']);
  t.deepEqual(offered('.devices e'), ['.devices end ']);
  t.deepEqual(offered('.devices end o'), ['.devices end others']);
  t.deepEqual(offered('.scroll x'), ['nothing']);
  t.deepEqual(offered('the .theme da'), ['nothing']);
});
