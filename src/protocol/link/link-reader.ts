/**
 * The receiving half of a link: from bytes to what the records hold. At the client it keeps the rooms' broadcasts and
 * their proof.
 */

import type { Clock } from '../../platform/clock.ts';
import { ProtocolError } from '../base/errors.ts';
import { BroadcastOpener, BroadcastPositions, decodeRoomKey } from './broadcast.ts';
import { BroadcastConfirmation } from './broadcast-confirmation.ts';
import type { Received } from './link-inbox.ts';
import { splitMessages, splitSegment } from './link-writer.ts';
import { type OpenedRecord, RecordOpener } from './record.ts';
import { type RecordLimits, recordType } from './record-format.ts';

/** `hello`: the first record of a client, with its parameters. `bye`: the other end closes. */
export type ReadItem =
  | Exclude<Received, { kind: 'end' }>
  | { kind: 'confirm'; parameters: Uint8Array }
  | { kind: 'close' };

export class LinkReader {
  readonly #opener: RecordOpener;
  /** What a client opens broadcasts with; to a daemon nobody sends any. */
  readonly #broadcasts: BroadcastOpener | null;
  readonly #confirmation: BroadcastConfirmation;

  /** `onLate` is told when broadcasts were not confirmed in time. */
  constructor(
    key: Uint8Array,
    o: { fromDaemon: boolean; maxPlain: number; limits: RecordLimits; clock: Clock; onLate: () => void },
  ) {
    this.#broadcasts = o.fromDaemon ? new BroadcastOpener(new BroadcastPositions(), o.limits) : null;
    this.#opener = new RecordOpener(key, o.maxPlain, o.limits, this.#broadcasts);
    this.#confirmation = new BroadcastConfirmation(o.clock, o.onLate);
  }

  /** Most plaintext of a record. */
  set maxPlain(size: number) {
    this.#opener.maxPlain = size;
  }

  /** What ends in `chunk`. @throws ProtocolError 'link' | 'layout'; nothing may be read after it. */
  *read(chunk: Uint8Array): Generator<ReadItem> {
    for (const record of this.#opener.push(chunk)) {
      if (record.type === 'broadcast') {
        this.#confirmation.await();
        for (const message of splitMessages(record.body)) yield { kind: 'broadcast', room: record.room, message };
        continue;
      }
      // Its AAD holds all that came before it.
      if (this.#confirmation.confirmed()) yield { kind: 'confirmed' };
      yield* this.#items(record);
    }
  }

  /** Goes on waiting: nothing was read meanwhile. */
  keepWaiting(): void {
    this.#confirmation.await();
  }

  stop(): void {
    this.#confirmation.stop();
  }

  *#items({ type, body }: Exclude<OpenedRecord, { type: 'broadcast' }>): Generator<ReadItem> {
    switch (type) {
      case recordType.confirm:
        yield { kind: 'confirm', parameters: body };
        return;
      case recordType.messages:
        for (const message of splitMessages(body)) yield { kind: 'message', message };
        return;
      case recordType.segment:
        yield { kind: 'segment', ...splitSegment(body) };
        return;
      case recordType.close:
        if (body.length > 0) throw outOfPlace();
        yield { kind: 'close' };
        return;
      case recordType.roomKey:
        this.#rooms().setKey(decodeRoomKey(body));
        return;
      case recordType.roomEnd:
        this.#rooms().drop(body);
        return;
      case recordType.mark:
        this.#rooms();
        if (body.length > 0) throw outOfPlace();
        return;
      default:
        throw outOfPlace();
    }
  }

  #rooms(): BroadcastOpener {
    if (this.#broadcasts === null) throw outOfPlace();
    return this.#broadcasts;
  }
}

/** For a record that its sender may not send, or not now. */
export function outOfPlace(): ProtocolError {
  return new ProtocolError('link', 'a record of the link is out of place');
}
