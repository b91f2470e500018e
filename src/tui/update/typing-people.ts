/** People who are typing to me: shown for a while, until their message arrives or they go offline. */
import type { ClientEvent, Person } from '../../client/types.ts';
import { personOf } from '../state/lookup.ts';
import type { Chat } from '../state/state.ts';

/** How long a typing event is shown: twice the interval at which clients send them. ms. */
const SHOWN_FOR = 6000;

/** Applies one event. Only people in the directory who are online can be typing. */
export function typingAfter(chat: Chat, event: ClientEvent, now: number): Chat {
  switch (event.type) {
    case 'typing': {
      const person = personOf(chat, event.name);
      if (person?.online !== true || event.name === chat.me.name) return chat;
      return { ...chat, typing: new Map(chat.typing).set(event.name, now + SHOWN_FOR) };
    }
    case 'message':
      if (!event.fresh || event.message.conversation !== `@${event.message.from}`) return chat;
      return filterTyping(chat, (name) => name !== event.message.from);
    case 'unregistered':
      return filterTyping(chat, (name) => name !== event.name);
    case 'people': {
      const gone = new Set(event.people.filter(({ online }: Person) => !online).map(({ name }) => name));
      return filterTyping(chat, (name) => !gone.has(name));
    }
    case 'link':
      return event.link.state === 'online' ? chat : nobodyTypes(chat);
    default:
      return chat;
  }
}

export function typingAt(chat: Chat, now: number): Chat {
  return filterTyping(chat, (_, until) => until > now);
}

export function nobodyTypes(chat: Chat): Chat {
  return filterTyping(chat, () => false);
}

/** Returns the same chat when nobody is removed, so that nothing is drawn. */
function filterTyping(chat: Chat, stays: (name: string, until: number) => boolean): Chat {
  if (chat.typing.size === 0) return chat;
  const typing = new Map([...chat.typing].filter(([name, until]) => stays(name, until)));
  return typing.size === chat.typing.size ? chat : { ...chat, typing };
}
