/** Prints messages, files and gaps as `--json` objects or as lines. Scripts rely on the shapes of the objects. */

import { differentSentAt } from '../../client/messages/written-time.ts';
import { shownName } from '../../client/people/shown-name.ts';
import type { Device, FileInfo, Gap, Message, NewDevice, Person } from '../../client/types.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import { exactName, exactText } from '../../tui/text/clean.ts';
import type { Output } from './output.ts';

const instant = (ms: number): string => new Date(ms).toISOString();

/** Prints a message, or the file that it announces. */
export function reportMessage(output: Output, message: Message): void {
  if (message.body.kind === 'file' && !message.deleted) {
    reportFile(output, message.body.file);
    return;
  }
  const text = message.deleted || message.body.kind === 'file' ? '' : exactText(message.body);
  output.result(
    {
      type: 'message',
      id: message.id,
      seq: message.seq,
      conversation: message.conversation,
      from: message.from,
      author: message.author,
      ...(message.formerKey ? { formerKey: true } : {}),
      to: message.to,
      ...times(message),
      kind: message.deleted ? 'deleted' : message.body.kind,
      text,
      verified: message.verified,
      ...(message.body.kind === 'reply' ? { reply: message.body.to } : {}),
      ...(message.edited ? { edited: true } : {}),
      ...(message.state === 'failed' ? { failed: message.error } : {}),
    },
    `${clock(message.at)}${writtenSuffix(message)} ${senderPrefix(message)} ${text === '' ? '(deleted)' : indent(text)}${stateSuffix(message)}`,
  );
}

/** @param saved the path of a verified local copy, or null */
export function reportFile(output: Output, file: FileInfo, saved: string | null = null): void {
  output.result(
    {
      type: 'file',
      id: file.id,
      name: exactName(file),
      size: file.size,
      sha256: file.sha256,
      conversation: file.conversation,
      from: file.from,
      author: file.author,
      ...(file.formerKey ? { formerKey: true } : {}),
      ...times(file),
      ...(saved === null ? {} : { saved }),
    },
    // `printable` removes line breaks from the name, so that a file cannot imitate a message.
    `${clock(file.at)}${writtenSuffix(file)} ${file.conversation} ${shownName(file)} sent the file ${printable(file.name)} (${file.size} bytes); id ${file.id}${saved === null ? '' : `; saved and checked: ${printable(saved)}`}`,
  );
}

type User = Pick<Person, 'name' | 'online' | 'fingerprint' | 'verified'>;

export function reportUser(output: Output, { name, online, fingerprint, verified }: User, line: string): void {
  output.result({ type: 'user', name, online, fingerprint, verified }, line);
}

export function reportDevice(output: Output, one: Device, line: string): void {
  const { device, name, kind, address, online, current, isNew } = one;
  const times = { since: instant(one.since), lastSeen: instant(one.lastSeen) };
  output.result({ type: 'device', device, name, kind, ...times, address, online, current, new: isNew }, line);
}

export function reportNewDevice(output: Output, { device, name, kind, address, at }: NewDevice, line: string): void {
  output.result({ type: 'new-device', device, name, kind, address, at: instant(at) }, line);
}

export function reportGap(output: Output, gap: Gap): void {
  const what = {
    missing: 'messages are missing here: the server lost or withheld them, or they are older than it keeps',
    fork: 'two different messages claim the same position here',
    unreadable: 'a message here could not be decrypted',
    'key-changed': `the key of ${gap.from} changed; run securechat verify ${gap.from} and accept the key to read the messages here`,
    locked: 'a message here is still locked: no member with its key has been online yet',
  }[gap.reason];
  output.result({ type: 'gap', ...gap }, `      ${gap.conversation} ${gap.from}: ${what}`);
}

/** Prints messages in order, each gap at its position between them. */
export function reportPage(output: Output, messages: readonly Message[], gaps: readonly Gap[]): void {
  const left = [...gaps].sort((a, b) => a.before - b.before);
  for (const message of messages) {
    const { seq } = message;
    const until = seq === null ? left.length : left.filter(({ before }) => before <= seq).length;
    for (const gap of left.splice(0, until)) reportGap(output, gap);
    reportMessage(output, message);
  }
  for (const gap of left) reportGap(output, gap);
}

/** Prints that a message was sent or delivered. */
export function reportSent(output: Output, message: Message): void {
  output.result(
    { type: 'sent', id: message.id, seq: message.seq, at: instant(message.at) },
    message.state === 'delivered' ? `delivered to ${message.conversation}` : `sent to ${message.conversation}`,
  );
}

/** `at` as ISO 8601, and `sentAt` only if it differs from `at` by more than a minute. */
function times(one: { at: number; sentAt: number }): { at: string; sentAt?: string } {
  const written = differentSentAt(one);
  return { at: instant(one.at), ...(written !== null && { sentAt: instant(written) }) };
}

function writtenSuffix(one: { at: number; sentAt: number }): string {
  const written = differentSentAt(one);
  return written === null ? '' : ` (written ${clock(written)})`;
}

/** Local time: only the time for today, otherwise date and time. */
function clock(ms: number): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date().toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

function senderPrefix(message: Message): string {
  return message.to === null
    ? `${message.conversation} ${shownName(message)}:`
    : `${shownName(message)} -> ${message.to}:`;
}

/** Indents all lines but the first, so that a text cannot imitate another message. */
function indent(text: string): string {
  return text.replaceAll('\n', '\n      ');
}

function stateSuffix(message: Message): string {
  if (message.state === 'failed') return ` [not sent: ${message.error ?? 'unknown'}]`;
  if (message.state === 'sending') return ' [not sent yet]';
  return message.edited ? ' [edited]' : '';
}
