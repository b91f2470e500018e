/** How much a client believes of a daemon's list of files; the daemon is an array here. */
import test from 'ava';
import type { Cache } from '../../../src/client/cache/cache.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { type SharedFile, SharedFiles } from '../../../src/client/files/shared-files.ts';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import type { ConversationRef } from '../../../src/client/notes/conversation-ref.ts';
import type { EntryProcessor } from '../../../src/client/timeline/entry-processor.ts';

type Page = { listed: { n: number; at: number }[]; more: boolean };
const idOf = (n: number) => new Uint8Array(16).fill(n);
const ref: ConversationRef = {
  kind: 'private',
  id: idOf(0),
  key: '00',
  name: '@bob',
  with: 'bob',
  peer: '00',
  seqOffset: 0,
};

/** Alice's files as a daemon lists them page by page. `asked` returns how many pages were requested. */
function listing(pages: (asked: number) => Page) {
  let asked = 0;
  const request = async () => {
    const { listed, more } = pages(asked++);
    const files = listed.map(({ n, at }) => ({
      file: idOf(n),
      at,
      conversation: idOf(0),
      with: 'bob',
      entry: { seq: n },
    }));
    return { files, more };
  };
  const entry = (seq: number) => {
    const manifest = { fileId: idOf(seq), name: `${seq}`, type: '', size: 1, sha256: idOf(0) };
    return { body: { from: 'bob', content: { kind: 'manifest', manifest } } };
  };
  const cache = { withSeqs: async (_: string, [seq = 0]: number[]) => [entry(seq)] };
  const files = new SharedFiles(
    { connection: { request }, keyring: { isFormer: async () => false } } as unknown as ClientContext,
    cache as unknown as Cache,
    {} as EntryProcessor,
    { refOf: async () => ref },
    { synced: async () => {} },
  );
  return { files, asked: () => asked };
}

async function all(files: SharedFiles): Promise<SharedFile[]> {
  const found: SharedFile[] = [];
  for await (const file of files.all(null)) found.push(file);
  return found;
}

test('pages are listed one after the other, from the newest file to the oldest', async (t) => {
  const pages: Page[] = [
    {
      listed: [
        { n: 4, at: 9 },
        { n: 3, at: 8 },
        { n: 2, at: 8 },
      ],
      more: true,
    },
    {
      listed: [
        { n: 1, at: 8 },
        { n: 5, at: 7 },
      ],
      more: false,
    },
  ];
  const { files } = listing((asked) => pages[asked] ?? { listed: [], more: false });
  t.deepEqual(
    (await all(files)).map(({ info }) => info.name),
    ['4', '3', '2', '1', '5'],
  );
});

test('attack: a daemon that repeats a page is not asked again', async (t) => {
  const { files, asked } = listing(() => ({ listed: [{ n: 1, at: 8 }], more: true }));
  await t.throwsAsync(all(files), {
    instanceOf: ClientError,
    code: 'untrusted',
    message: /repeats itself/,
  });
  t.is(asked(), 2);
});

test('attack: each file is listed once, and an endless list is cut off', async (t) => {
  const { files, asked } = listing((page) => ({ listed: [{ n: 1 + (page % 3), at: 1e9 - page }], more: true }));
  t.is((await all(files)).length, 3);
  t.true(asked() <= 10_001, `${asked()} pages`);
  t.is(await files.find({ author: 'nobody', id: 'none' }), null);
});
