/** The program itself: help, leaving, and moving about the screen. */
import type { ChatScope } from '../chat/chat-scope.ts';
import type { MoveName } from '../state/event.ts';
import { ownValue } from '../state/lookup.ts';
import { type CommandFamily, done, misused, type Result } from './dot-command.ts';

const scrolls = { up: 'page-up', down: 'page-down', oldest: 'oldest', newest: 'newest' } as const;

export const viewCommands = {
  '.help': { usage: '', help: 'this list', run: () => ({ kind: 'help' }) },
  '.exit': { usage: '', help: 'leave', run: leave },
  '.quit': { usage: '', help: 'leave', run: leave },
  '.scroll': { usage: 'up|down|oldest|newest', help: 'scroll the messages', needs: true, run: scroll },
  '.go': { usage: '', help: 'quick switcher', run: (scope) => move(scope, 'switcher') },
  '.pane': { usage: '', help: 'next pane', run: (scope) => move(scope, 'next-pane') },
  '.bare': { usage: '', help: 'full width without borders, for copying', run: (scope) => move(scope, 'bare') },
  '.redraw': { usage: '', help: 'draw the screen again', run: () => ({ kind: 'redraw' }) },
} satisfies CommandFamily;

function leave({ store, transfers }: ChatScope): Result {
  // A transfer that ended a moment ago is not under way any more.
  store.flush();
  return { kind: 'leave', isBusy: transfers.busy };
}

function scroll(scope: ChatScope, word: string): Result {
  const direction = ownValue(scrolls, word);
  return direction === undefined ? misused : move(scope, direction);
}

function move({ store }: ChatScope, name: MoveName): Result {
  store.dispatch({ type: 'moved', move: name });
  return done;
}
