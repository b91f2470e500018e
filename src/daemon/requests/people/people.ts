/** Folder `requests/people`: accounts, key cards and presence; it knows no conversations. */
import type { Handler } from '../../context.ts';

/** Limits of one page. A name has 128 bytes at most. */
const PEOPLE_PER_ANSWER = 1000;
const BYTES_PER_ANSWER = 64 * 1024;
/** Bytes of a person besides the name: fingerprint, presence and framing. */
const OVERHEAD = 72;

export const people: Handler<'people'> = async ({ accounts, feed }, _session, { after }) => {
  const page: { name: string; idFp: Uint8Array | null; online: boolean; away: boolean }[] = [];
  let bytes = 0;
  for (const { name, idFp } of accounts.after(after)) {
    if (page.length === PEOPLE_PER_ANSWER || bytes >= BYTES_PER_ANSWER) {
      return { people: page, next: page.at(-1)?.name ?? null };
    }
    page.push({ name, idFp, ...feed.presence(name) });
    bytes += Buffer.byteLength(name) + OVERHEAD;
  }
  return { people: page, next: null };
};
