/** Finds the message that the next line or command is about, and the prompt that shows it. Pure. */
import { shownName } from '../../client/people/shown-name.ts';
import type { Message } from '../../client/types.ts';
import { firstLine } from '../messages/rows.ts';
import { chatOf, openThread } from '../state/focus.ts';
import { hasKey, keyOf } from '../state/message-list.ts';
import type { State, Thread } from '../state/state.ts';
import { writtenTime } from '../text/format.ts';
import { strings } from '../text/strings.ts';
import { cut, width } from '../width/measure.ts';

/** `named`: the message when it is not the newest, which the prompt then quotes, with `when` it was sent. */
export type ComposerTarget = Pick<Thread, 'name' | 'about'> & { named: Message | null; when: string };

/** Most cells of a quoted text, and the fewest that are of use. */
const MOST_TEXT = 20;
const LEAST_TEXT = 4;

/** The selected message; undefined when it is no longer loaded, null without a selection. */
export function selectedMessage({
  messages,
  selected,
}: Pick<Thread, 'messages' | 'selected'>): Message | null | undefined {
  return selected === null ? null : messages.findLast((message) => hasKey(message, selected));
}

/** What the composer of the open conversation is for; null before the chat. */
export function composerTarget(state: State): ComposerTarget | null {
  const chat = chatOf(state);
  if (chat === null) return null;
  const thread = openThread(chat);
  const { name, about } = thread;
  // While the messages pane has the focus, a bar marks the selection.
  const chosen = about === null && state.focus === 'composer' ? (selectedMessage(thread) ?? null) : null;
  const named = about === null ? chosen : isNewest(thread, about, chat.me.name) ? null : about.message;
  return { name, about, named, when: named === null ? '' : writtenTime(named.at, state.now) };
}

function isNewest({ messages }: Thread, { do: what, message }: NonNullable<Thread['about']>, me: string): boolean {
  const newest = messages.findLast((one) => (one.from === me) === (what === 'edit') && !one.deleted);
  return newest !== undefined && keyOf(newest) === keyOf(message);
}

/** The prompt, at most half of `columns` wide. */
export function promptOf(aim: ComposerTarget, columns: number): string {
  const { name, about, named, when } = aim;
  const { editing, replying } = strings.composer;
  const message = about?.message ?? named;
  const from = message === null ? '' : cut(shownName(message), 14);
  const lead = about?.do === 'edit' ? editing : about?.do === 'reply' ? replying(from) : cut(name, 18);
  if (named === null) return ` ${lead} › `;
  const which = `${about === null ? `▸ ${from} ` : ''}${when}`;
  const bare = ` ${lead} ${which}`;
  const room = Math.min(MOST_TEXT, Math.floor(columns / 2) - width(bare) - 4);
  return room < LEAST_TEXT ? `${bare} › ` : `${bare} ${cut(firstLine(named), room)} › `;
}

/** The width of the composer's text in cells; the last cell is for the cursor after a full line. */
export function composerColumns(aim: ComposerTarget, columns: number): number {
  return Math.max(10, columns - width(promptOf(aim, columns)) - 2);
}
