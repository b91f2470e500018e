/** Uploads to the daemon's Files, as a client makes them. */
import { randomBytes } from 'node:crypto';
import type { Files } from '../../../src/daemon/files/files.ts';
import { SegmentLayout } from '../../../src/daemon/files/segment-layout.ts';
import { until } from '../until.ts';
import { alice, conversation, type FakeSession, type FileDaemon, id } from './file-daemon.ts';

export const segSize = 65_536;
/** The id of the default file. */
export const file = id(7, 16);

export type OpenedUpload = { transfer: number; next: number; window: number };

/** The parameters that open an upload. */
export const uploadParams = (size: number, of = file) => ({ file: of, conversation, size, segSize });

/** Random segments of the right lengths. */
export function randomSegments(size: number): Uint8Array[] {
  const layout = new SegmentLayout(size, segSize);
  return Array.from({ length: layout.count }, (_, index) => randomBytes(layout.length(index)));
}

/** Sends the missing segments within the window. */
export async function sendSegments(
  files: Files,
  session: FakeSession,
  { transfer, next: from, window }: OpenedUpload,
  segments: Uint8Array[],
): Promise<void> {
  for (const [offset, bytes] of segments.slice(from).entries()) {
    const index = from + offset;
    await until(() => index < windowOf(session, transfer, window));
    files.onSegment(session, transfer, index, bytes);
  }
}

/** Sends a whole file of Alice's. */
export async function upload(
  { files, store }: Pick<FileDaemon, 'files' | 'store'>,
  session: FakeSession,
  size: number,
  of = file,
): Promise<void> {
  const opened = await files.openUpload(session, alice.idFp, uploadParams(size, of), store);
  await sendSegments(files, session, opened, randomSegments(size));
  await files.finishUpload(session, opened.transfer);
}

/** The number of segments that the daemon last reported as stored. */
export function storedUpTo(session: FakeSession): number {
  const told = session.events.findLast((one) => one.method === 'stored');
  return told?.method === 'stored' ? told.params.upTo : 0;
}

function windowOf(session: FakeSession, transfer: number, otherwise: number): number {
  const told = session.events.findLast((one) => one.method === 'stored' && one.params.transfer === transfer);
  return told?.method === 'stored' ? told.params.window : otherwise;
}
