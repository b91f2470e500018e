/**
 * The dot-commands of line mode: those of the screen, without selection and confirmation; commands that need a screen are
 * refused. `.help` there and docs/SCREEN.md are printed from this table.
 */
import type { Person } from '../../client/types.ts';
import type { ChatScope } from '../../tui/chat/chat-scope.ts';
import { type CommandName, commandNames } from '../../tui/command-line/command-names.ts';
import { divide, parseConversationName, usageOf } from '../../tui/command-line/parse-line.ts';
import {
  type CommandFamily,
  type CommandTable,
  misused,
  type Result,
  refused,
} from '../../tui/commands/dot-command.ts';
import { commandTable } from '../../tui/commands/dot-command-table.ts';
import { deleteMessage } from '../../tui/commands/message-commands.ts';
import { decideTrust, verify } from '../../tui/commands/trust-commands.ts';
import { unknownReason } from '../../tui/selectors/selectors.ts';
import { ownValue } from '../../tui/state/lookup.ts';
import { strings } from '../../tui/text/strings.ts';
import { phrases } from './phrases.ts';

const needsScreen: ReadonlySet<CommandName> = new Set([
  '.scroll',
  '.go',
  '.pane',
  '.bare',
  '.redraw',
  '.copy',
  '.lock',
  '.notify',
  '.mouse',
  '.theme',
  '.typing',
] as const);

const changed = {
  '.msg': { ...commandTable['.msg'], run: message },
  '.reply': { ...commandTable['.reply'], help: 'answer the newest message of another' },
  '.edit': { ...commandTable['.edit'], usage: 'TEXT', help: 'change your newest message', needs: true },
  '.delete': {
    usage: '[yes]',
    help: 'say what your newest message is; .delete yes deletes it for everyone',
    run: remove,
  },
  '.react': {
    ...commandTable['.react'],
    help: 'react to the newest message of another; again takes it back',
  },
  '.search': { ...commandTable['.search'], usage: 'TEXT', needs: true },
  '.links': { ...commandTable['.links'], help: 'links of this conversation' },
  '.verify': {
    usage: '[NAME [same|accept|undo]]',
    help: 'the safety number with a person; then say that it is the same, take a changed key, or take the mark back',
    run: verifyByWord,
  },
} satisfies CommandFamily;

export const lineCommandTable: CommandTable = {
  ...commandTable,
  ...changed,
};

export const screenOnly: readonly CommandName[] = commandNames.filter((name) => needsScreen.has(name));
export const inLineMode: readonly CommandName[] = commandNames.filter((name) => !needsScreen.has(name));
/** Commands with another usage or help than on the screen. */
export const changedInLineMode: readonly CommandName[] = inLineMode.filter(
  (name) =>
    lineCommandTable[name].usage !== commandTable[name].usage ||
    lineCommandTable[name].help !== commandTable[name].help,
);

/** What is said of `name` when its argument does not fit. */
export function lineUsage(name: CommandName): string {
  if (name === '.typing') return phrases.noTyping;
  return needsScreen.has(name) ? phrases.onlyScreen(name) : usageOf(name, lineCommandTable);
}

/** Opens the conversation also when nothing can be sent there: the lines that follow must not go elsewhere. */
function message(scope: ChatScope, argument: string): Result | Promise<Result> {
  const { controller } = scope;
  const [word, text] = divide(argument);
  const name = parseConversationName(word);
  if (text !== '' && unknownReason(controller.chat, name) === null) controller.open(name);
  return commandTable['.msg'].run(scope, argument);
}

/** The yes stands with the command: a pipe cannot be asked, and an answer that comes late would be sent to everybody. */
async function remove(scope: ChatScope, word: string): Promise<Result> {
  if (word !== '' && word !== 'yes') return misused;
  const asked = await commandTable['.delete'].run(scope, '');
  if (word === '' || asked.kind !== 'asks' || asked.question.ask !== 'delete') return asked;
  return deleteMessage(scope, asked.question.message);
}

function verifyByWord(scope: ChatScope, argument: string): Result | Promise<Result> {
  const [word, verdict] = divide(argument);
  if (word === '' && scope.controller.chat.open.startsWith('#')) return refused(phrases.verifyUsage);
  const comparison = verify(scope, word);
  if (comparison.kind !== 'comparison' || verdict === '') return comparison;
  return judge(scope, comparison.person, verdict);
}

function judge(scope: ChatScope, person: Person, verdict: string): Result | Promise<Result> {
  const { name, changedTo, verified } = person;
  const fits = ownValue({ accept: changedTo !== null, same: changedTo === null && !verified, undo: verified }, verdict);
  if (fits === undefined) return refused(phrases.verifyUsage);
  if (fits) return decideTrust(scope, person);
  if (changedTo !== null) return refused(strings.notices.changedKey(name));
  // It is so already: said again, not reversed.
  return { kind: 'done', text: strings.fingerprint[verified ? 'verified' : 'unverified'](name) };
}
