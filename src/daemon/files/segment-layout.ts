/**
 * Where the segments of a file lie in its stored form: one after the other, each SEGMENT_OVERHEAD longer than its plain
 * bytes.
 */
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import { SEGMENT_OVERHEAD, SEGMENT_SIZES, segmentCount } from '../../protocol/sealed/file.ts';

/** What the smallest file costs of a quota, from the moment it is opened: names and rows cost, too. */
const SMALLEST_CHARGE = 65_536;

export class SegmentLayout {
  readonly count: number;
  /** Bytes of the whole stored file. */
  readonly total: number;
  /** Bytes of every segment but the last. */
  readonly step: number;

  /** @param size bytes of the plain file @throws Refusal 'bad-request' */
  constructor(size: number, segSize: number) {
    if (!SEGMENT_SIZES.includes(segSize)) {
      throw new Refusal('bad-request', `segments are of ${SEGMENT_SIZES.join(', ')} bytes`);
    }
    this.count = segmentCount(size, segSize);
    this.total = size + this.count * SEGMENT_OVERHEAD;
    this.step = segSize + SEGMENT_OVERHEAD;
  }

  /** Where segment `index` begins; the end of the file for `count`. */
  position(index: number): number {
    return index >= this.count ? this.total : index * this.step;
  }

  length(index: number): number {
    return this.position(index + 1) - this.position(index);
  }

  /** Whole segments in the first `bytes` bytes. */
  wholeIn(bytes: number): number {
    return bytes >= this.total ? this.count : Math.floor(bytes / this.step);
  }

  /** @throws ProtocolError 'file' */
  checkLength(index: number, bytes: Uint8Array): void {
    if (bytes.length !== this.length(index)) throw new ProtocolError('file', 'a segment of the wrong length');
  }

  get charge(): number {
    return Math.max(SMALLEST_CHARGE, this.total);
  }
}
