import { reactionsOf } from '../../../src/client/cache/message-changes.ts';
import type { Device, ListedFile, Message, Person, TransferState } from '../../../src/client/types.ts';

export const noon = Date.UTC(2026, 10, 23, 12, 0);

/** A text from Bob in the lobby; `change` replaces fields. */
export function message(parts: Partial<Message> & { text?: string } = {}): Message {
  const { text, ...rest } = parts;
  const seq = rest.seq === undefined ? 1 : rest.seq;
  const at = rest.at ?? noon + (seq ?? 0) * 1000;
  const { from = 'bob', formerKey = false } = rest;
  return {
    id: `id${seq}`,
    author: formerKey ? `former ${from}` : from,
    conversation: '#lobby',
    seq,
    from,
    formerKey,
    to: null,
    at,
    sentAt: at,
    body: { kind: 'text', text: text ?? `text ${seq}` },
    edited: false,
    deleted: false,
    reactions: reactionsOf([]),
    verified: false,
    state: 'sent',
    error: null,
    late: false,
    ...rest,
  };
}

export function person(name: string, parts: Partial<Person> = {}): Person {
  return { name, online: true, away: false, fingerprint: 'ab'.repeat(32), verified: false, changedTo: null, ...parts };
}

export function ownDevice(parts: Partial<Device> = {}): Device {
  return {
    device: 8,
    name: 'laptop',
    kind: 'device',
    since: noon,
    lastSeen: noon,
    address: '10.0.0.7',
    online: false,
    current: false,
    isNew: false,
    ...parts,
  };
}

export function file(parts: Partial<ListedFile> = {}): ListedFile {
  const { from = 'bob', formerKey = false } = parts;
  return {
    id: 'f1',
    author: formerKey ? `former ${from}` : from,
    conversation: '#lobby',
    from,
    formerKey,
    name: 'report.pdf',
    type: 'application/pdf',
    size: 1_234_567,
    sha256: 'cd'.repeat(32),
    at: noon,
    sentAt: noon,
    saved: null,
    ...parts,
  };
}

/** An upload that is under way. */
export function transfer(parts: Partial<TransferState> = {}): TransferState {
  return {
    id: 't1',
    author: 'alice',
    direction: 'up',
    name: 'x.bin',
    conversation: '#lobby',
    size: 100,
    done: 40,
    rate: 10,
    state: 'running',
    note: null,
    ...parts,
  };
}
