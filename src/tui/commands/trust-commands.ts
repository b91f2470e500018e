/** Comparing keys, and accepting a changed one. */
import type { Person } from '../../client/types.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import { personOf } from '../state/lookup.ts';
import { strings } from '../text/strings.ts';
import { attempted, type CommandFamily, type Result, refused } from './dot-command.ts';

export const trustCommands = {
  '.verify': { usage: '[NAME]', help: 'compare the safety number with a person', run: verify },
  '.fingerprints': { usage: '', help: 'fingerprints of all people', run: fingerprints },
} satisfies CommandFamily;

export function verify({ controller }: ChatScope, argument: string): Result {
  const { chat, client } = controller;
  if (argument === '' && chat.open.startsWith('#')) return refused(strings.notices.verifyWhom);
  const name = argument === '' ? chat.open.slice(1) : argument.replace(/^@/, '');
  const person = personOf(chat, name);
  if (person === undefined)
    return refused(argument === '' ? strings.notices.verifyWhom : strings.notices.unknownPerson(name));
  if (name === chat.me.name) return refused(strings.notices.isMe);
  return {
    kind: 'comparison',
    person,
    digits: async () => (await client.safetyNumber(name)).replace(/\D/g, ''),
  };
}

/** Accepts the changed key of `person`; of an unchanged key, sets the mark of verification or takes it back. */
export function decideTrust({ store, controller }: ChatScope, { name, changedTo, verified }: Person): Promise<Result> {
  const { client } = controller;
  return attempted(async () => {
    if (changedTo !== null) await client.acceptKey(name);
    else await client.setVerified(name, !verified);
    store.dispatch({ type: 'client-events', events: [{ type: 'people', people: await client.people() }] });
    const { accepted, unverified, verified: marked } = strings.fingerprint;
    const say = changedTo !== null ? accepted : verified ? unverified : marked;
    return { kind: 'done', text: say(name), tone: 'good' };
  });
}

function fingerprints({ controller }: ChatScope): Result {
  const people = Object.values(controller.chat.people).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { kind: 'fingerprints', people };
}
