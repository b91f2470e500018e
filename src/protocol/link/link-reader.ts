/**
 * The receiving half of a link: turns bytes into the items of records. On the client it also tracks the rooms'
 * broadcasts and their confirmation.
 */

import type { Clock } from '../../platform/clock.ts';
import { ProtocolError } from '../base/errors.ts';
import { BroadcastOpener, BroadcastPositions, decodeRoomKey } from './broadcast.ts';
import { BroadcastConfirmation } from './broadcast-confirmation.ts';
import type { ReceivedItem } from './link-inbox.ts';
import { splitMessages, splitSegment } from './link-writer.ts';
import { type OpenedRecord, RecordOpener } from './record.ts';
import { type RecordLimits, recordType } from './record-format.ts';

/** `confirm` is a client's first record, with its parameters. `close` means that the other end closes. */
export type ReadItem =
  | Exclude<ReceivedItem, { kind: 'end' }>
  | { kind: 'confirm'; parameters: Uint8Array }
  | { kind: 'close' };

export class LinkReader {
  readonly #opener: RecordOpener;
  /** Opens broadcasts on the client. null on the daemon, which receives none. */
  readonly #broadcasts: BroadcastOpener | null;
  readonly #confirmation: BroadcastConfirmation;

  /** @param o `onLate` is called when broadcasts were not confirmed in time */
  constructor(
    key: Uint8Array,
    o: { fromDaemon: boolean; maxPlain: number; limits: RecordLimits; clock: Clock; onLate: () => void },
  ) {
    this.#broadcasts = o.fromDaemon ? new BroadcastOpener(new BroadcastPositions(), o.limits) : null;
    this.#opener = new RecordOpener(key, o.maxPlain, o.limits, this.#broadcasts);
    this.#confirmation = new BroadcastConfirmation(o.clock, o.onLate);
  }

  /** Most plaintext bytes of a record. */
  set maxPlain(size: number) {
    this.#opener.maxPlain = size;
  }

  /**
   * The items of the records that end in `chunk`.
   * @throws ProtocolError 'link' or 'layout'; read nothing more after it
   */
  *read(chunk: Uint8Array): Generator<ReadItem> {
    for (const record of this.#opener.push(chunk)) {
      if (record.type === 'broadcast') {
        this.#confirmation.await();
        for (const message of splitMessages(record.body)) yield { kind: 'broadcast', room: record.room, message };
        continue;
      }
      // Its additional data covers all broadcasts before it.
      if (this.#confirmation.confirmed()) yield { kind: 'confirmed' };
      yield* this.#items(record);
    }
  }

  /** Restarts the timer, since nothing was read in the meantime. */
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
        if (body.length > 0) throw unexpectedRecord();
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
        if (body.length > 0) throw unexpectedRecord();
        return;
      default:
        throw unexpectedRecord();
    }
  }

  #rooms(): BroadcastOpener {
    if (this.#broadcasts === null) throw unexpectedRecord();
    return this.#broadcasts;
  }
}

/** The error for a record that its sender may not send, or not now. */
export function unexpectedRecord(): ProtocolError {
  return new ProtocolError('link', 'a record of the link is out of place');
}
