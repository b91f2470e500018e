/** Lines for the results of commands. */
import type { Device } from '../../client/types.ts';
import type { Result } from '../../tui/commands/dot-command.ts';
import { type ConversationItem, type FileItem, presenceWord } from '../../tui/selectors/selectors.ts';
import { seenText } from '../../tui/text/device-text.ts';
import { shownReaction } from '../../tui/text/emoji.ts';
import { age } from '../../tui/text/format.ts';
import { strings } from '../../tui/text/strings.ts';
import { mention } from './event-printer.ts';
import { inLineMode, lineCommandTable } from './line-commands.ts';
import { phrases } from './phrases.ts';

type Of<Kind extends Result['kind']> = Extract<Result, { kind: Kind }>;

export function linesOf(
  result: Of<'help' | 'fingerprints' | 'blocked' | 'identity' | 'transfers' | 'reacted' | 'links'>,
): readonly string[] {
  switch (result.kind) {
    case 'help':
      return helpLines();
    case 'fingerprints':
      return result.people.map(({ name, fingerprint }) =>
        fingerprint === null ? phrases.noKeys(name) : phrases.key(name, fingerprint),
      );
    case 'blocked':
      return [phrases.blockedNames(result.names)];
    case 'identity':
      return identityLines(result);
    case 'transfers':
      return transferLines(result);
    case 'reacted':
      return [reactionLine(result)];
    case 'links':
      return result.links;
  }
}

function helpLines(): string[] {
  const commands = inLineMode.map((name) => {
    const { usage, help } = lineCommandTable[name];
    return phrases.helpLine(`${name} ${usage}`.trim(), help);
  });
  return [...commands, ...phrases.helpMore];
}

export function conversationLine(item: ConversationItem): string {
  const muting = (item.muted ? phrases.muted : '') + (item.blocked ? phrases.blocked : '');
  const more = (item.open ? phrases.openNow : '') + muting + (item.unread > 0 ? phrases.unread(item.unread) : '');
  const key = item.changed ? phrases.changedKey : item.verified ? phrases.verified : '';
  return (item.room ? item.name : phrases.person(item.label, presenceWord(item), key)) + more;
}

/** `now`: ms since 1970 UTC. */
export function deviceLine(one: Device, now: number): string {
  return phrases.listedDevice(one, seenText(one, now), age(one.since, now));
}

/** Another file of the list has the same name. */
export function hasNamesake({ file }: FileItem, files: readonly FileItem[]): boolean {
  return files.filter((other) => other.file.name === file.name).length > 1;
}

function identityLines({ me: { name, fingerprint, daemon, device } }: Of<'identity'>): string[] {
  return [
    phrases.welcome(name, daemon.address),
    phrases.yourKey(fingerprint),
    phrases.serverKey(daemon.fingerprint),
    phrases.device(device, strings.pages.thisDevice),
    phrases.joinLink(daemon),
  ];
}

function transferLines({ transfers }: Of<'transfers'>): string[] {
  if (transfers.length === 0) return [strings.notices.noTransfer];
  return transfers.map(({ name, direction, size, done, state, note }) => {
    const percent = size === 0 ? 100 : Math.floor((done / size) * 100);
    return phrases.transfer(name, direction, percent, strings.files.states[state] || 'under way', note);
  });
}

function reactionLine({ message, emoji, isOn }: Of<'reacted'>): string {
  const say = isOn ? phrases.reacted : phrases.tookBack;
  return say('you', shownReaction(emoji), false, mention(message));
}
