/** The requests about the accounts of the server: their cards and presence. */
import * as v from 'valibot';
import { card, hash, knownName, name, none, u53 } from './fields.ts';

export const peopleRequests = {
  /**
   * The cards of a name from number `from` on, oldest first. For a name that nobody has, those of the person who had it
   * last in a private conversation of mine.
   */
  cards: { params: v.strictObject({ name, from: u53 }), result: v.strictObject({ cards: v.array(card) }) },
  /**
   * People whose names follow `after` in code point order (null: from the start), as many as fit. `next` is null on the
   * last page. `idFp` is null for an account without keys.
   */
  people: {
    params: v.strictObject({ after: v.nullable(name) }),
    result: v.strictObject({
      people: v.array(
        v.strictObject({ name: knownName, idFp: v.nullable(hash), online: v.boolean(), away: v.boolean() }),
      ),
      next: v.nullable(knownName),
    }),
  },
  /**
   * Whether the person looks elsewhere in this session. A name is away when it is online and all its sessions are away.
   */
  away: { params: v.strictObject({ away: v.boolean() }), result: none },
  /**
   * I am writing to `to`. The event goes to their online sessions and is not stored. An unknown name gets the same
   * answer.
   */
  typing: { params: v.strictObject({ to: name }), result: none },
};
