import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { CachedEntry } from '../../../src/client/cache/cache.ts';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import type { ConversationRef } from '../../../src/client/notes/conversation-ref.ts';
import { openProfileDb } from '../../../src/client/profile/profile-db.ts';
import { migrations } from '../../../src/client/profile/profile-schema.ts';
import { SeenCheck } from '../../../src/client/timeline/seen-check.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** A conversation with unopened entries at these places; opened ones have the tag `t<seq>`. */
async function setUp(
  t: ExecutionContext,
  unopened: Record<number, string>,
  opened: number[] = [],
  kind: ConversationRef['kind'] = 'room',
) {
  const db = await openProfileDb(join(await temporaryFolder(t), 'profile.db'), migrations);
  t.teardown(() => db.close());
  for (const [seq, author] of Object.entries(unopened))
    await db.run(
      `INSERT INTO entries (account, conversation, seq, at, author, id, device, device_seq, tag, prev, shown)
       VALUES ('a', 'c', ?, 0, ?, '', 0, 0, '', '', 0)`,
      [Number(seq), author],
    );
  const context = { account: 'a', profile: { db } } as unknown as ClientContext;
  const ref = { key: 'c', kind } as unknown as ConversationRef;
  const load = () => {
    const explained = new SeenCheck(context, ref);
    for (const seq of opened) explained.addKnown(`t${seq}`, seq);
    return explained;
  };
  const tags = async () => (await db.all('SELECT seq, tag FROM entries ORDER BY seq')).map(({ tag }) => tag);
  return { db, load, tags };
}

const by = (author: string, seq: number) => ({ author, seq });
const entry = (seq: number, tag: string) => ({ seq, tag }) as CachedEntry;

test('an unopened message explains one hash, also repeatedly, and no other', async (t) => {
  const { db, load, tags } = await setUp(t, { 2: 'carol' });
  const first = load();
  t.true(await first.hasAll(by('alice', 5), ['x']));
  await db.transaction(first.statements);
  t.deepEqual(await tags(), ['x']);
  const second = load();
  second.addKnown('x', 2);
  t.true(await second.hasAll(by('bob', 6), ['x']));
  t.false(await second.hasAll(by('alice', 7), ['y']));
  t.deepEqual(second.statements, []);
});

test('an unopened message explains nothing for its own author, at other places, or in private conversations', async (t) => {
  const { load } = await setUp(t, { 2: 'carol' }, [1, 3]);
  t.false(await load().hasAll(by('carol', 5), ['x']), 'nobody names their own');
  t.false(await load().hasAll(by('alice', 2), ['x']), 'it came later');
  t.false(await load().hasAll(by('alice', 5), ['x', 't3']), 'newer than place 3');
  t.false(await load().hasAll(by('alice', 5), ['t1', 'x']), 'older than place 1');
  t.true(await load().hasAll(by('alice', 5), ['t3', 'x', 't1']));
  t.false(await load().hasAll(by('alice', 1002), ['x']), 'long ago');
  const privately = await setUp(t, { 2: 'carol' }, [], 'private');
  t.false(await privately.load().hasAll(by('alice', 5), ['x']), 'a note’s hash is known without its key');
});

test('an unopened message of the same stretch explains one hash, too', async (t) => {
  const { load } = await setUp(t, {});
  const explained = load();
  explained.addUnopened({ ...entry(3, ''), author: 'carol' });
  t.true(await explained.hasAll(by('alice', 5), ['x']));
  t.false(await explained.hasAll(by('alice', 6), ['y']));
});

test('when an unopened message is opened, the hash it explained goes to another one or is missing', async (t) => {
  const { db, load, tags } = await setUp(t, { 2: 'carol', 3: 'carol' });
  const guess = load();
  t.true(await guess.hasAll(by('alice', 5), ['x', 'y']));
  await db.transaction(guess.statements);
  t.deepEqual(await tags(), ['y', 'x'], 'the newest first');
  // In fact it was the other way round.
  const swap = load();
  t.true(await swap.openedLate(entry(2, 'y'), 'x'));
  await db.transaction(swap.statements);
  t.is((await tags())[1], 'y');
  await db.run("UPDATE entries SET sealed = x'00', tag = 'x' WHERE seq = 2");
  t.true(await load().openedLate(entry(3, 'y'), 'y'));
  t.false(await load().openedLate(entry(3, 'y'), 'z'), 'y was never here');
});
