/**
 * Applies edits, deletes and reactions to a message. Pure; the caller selects the marks by conversation, author and id.
 */
import type { Content } from '../../protocol/sealed/content.ts';
import { shownName } from '../people/shown-name.ts';

/** An edit, delete or reaction, with its author (identity fingerprint, hex) and the author's name. */
export type MessageChange = { seq: number; author: string; from: string; formerKey: boolean; content: Content };

export type AppliedChanges = {
  text: string | null;
  edited: boolean;
  deleted: boolean;
  reactions: Record<string, string[]>;
};

/** Most different emoji of one person, and of all together, on one message; later ones are ignored. */
const MAX_OF_ONE = 16;
const MAX_OF_ALL = 64;

/**
 * Only the author can edit and delete. A delete wins over everything after it. The last edit in the daemon's order counts, and only
 * texts and replies can be edited. Of one person's reactions with one emoji the last counts, and of their emoji the first 16.
 * @param marks any order
 */
export function applyChanges(author: string, content: Content, marks: readonly MessageChange[]): AppliedChanges {
  const applied: AppliedChanges = {
    text: content.kind === 'text' || content.kind === 'reply' ? content.text : null,
    edited: false,
    deleted: false,
    reactions: reactionsOf([]),
  };
  /** By emoji and author: a former key of a name cannot take back a reaction of its current key. */
  const reactions = new Map<string, Map<string, string>>();
  for (const mark of [...marks].sort((a, b) => a.seq - b.seq)) {
    const { content: said } = mark;
    if (said.kind === 'reaction') {
      const people = reactions.get(said.emoji) ?? new Map<string, string>();
      if (said.on && people.has(mark.author)) continue;
      people.delete(mark.author);
      if (people.size === 0) reactions.delete(said.emoji);
      const theirs = [...reactions.values()].filter((all) => all.has(mark.author)).length;
      const isNew = !reactions.has(said.emoji);
      if (!said.on || theirs >= MAX_OF_ONE || (isNew && reactions.size >= MAX_OF_ALL)) continue;
      reactions.set(said.emoji, people.set(mark.author, shownName(mark)));
    } else if (mark.author === author && said.kind === 'delete') {
      applied.deleted = true;
    } else if (mark.author === author && said.kind === 'edit' && applied.text !== null) {
      applied.text = said.text;
      applied.edited = true;
    }
  }
  if (applied.deleted) return { ...applied, text: applied.text === null ? null : '', edited: false };
  applied.reactions = reactionsOf([...reactions].map(([emoji, people]) => [emoji, [...new Set(people.values())]]));
  return applied;
}

/** Returns reactions as an object without a prototype, because peers choose its keys, such as `constructor`. */
export function reactionsOf(chosen: readonly [emoji: string, names: string[]][]): Record<string, string[]> {
  return Object.assign(Object.create(null), Object.fromEntries(chosen));
}
