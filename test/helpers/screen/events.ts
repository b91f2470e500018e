/** Short functions that make events of the screen. */
import type { ClientEvent, ConversationName } from '../../../src/client/types.ts';
import type { Event, MoveName } from '../../../src/tui/state/event.ts';
import type { Focus } from '../../../src/tui/state/state.ts';

export const type = (text: string): Event => ({ type: 'typed', text });
export const move = (name: MoveName): Event => ({ type: 'moved', move: name });
export const open = (conversation: ConversationName): Event => ({ type: 'opened', conversation });
export const focus = (name: Focus): Event => ({ type: 'focused', focus: name });
export const clientEvents = (...events: ClientEvent[]): Event => ({ type: 'client-events', events });
