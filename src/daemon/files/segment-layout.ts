/**
 * Positions of a file's segments in its stored form: one after the other, each SEGMENT_OVERHEAD longer than its plain
 * bytes.
 */
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import { SEGMENT_OVERHEAD, SEGMENT_SIZES, segmentCount } from '../../protocol/sealed/file.ts';

/** The least that a file counts in the quota, because names and rows use space too. */
const SMALLEST_CHARGE = 65_536;

export class SegmentLayout {
  readonly count: number;
  /** Size of the stored file, bytes. */
  readonly total: number;
  /** Size of every stored segment except the last, bytes. */
  readonly step: number;

  /**
   * @param size bytes of the plain file
   * @throws Refusal 'bad-request'
   */
  constructor(size: number, segSize: number) {
    if (!SEGMENT_SIZES.includes(segSize)) {
      throw new Refusal('bad-request', `segments are of ${SEGMENT_SIZES.join(', ')} bytes`);
    }
    this.count = segmentCount(size, segSize);
    this.total = size + this.count * SEGMENT_OVERHEAD;
    this.step = segSize + SEGMENT_OVERHEAD;
  }

  /** The offset of segment `index`; for `count` the end of the file. */
  position(index: number): number {
    return index >= this.count ? this.total : index * this.step;
  }

  length(index: number): number {
    return this.position(index + 1) - this.position(index);
  }

  /** The number of whole segments in the first `bytes` bytes. */
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
