import test from 'ava';
import { CardDirectory } from '../../../src/daemon/accounts/card-directory.ts';
import { SortedKeys } from '../../../src/daemon/accounts/sorted-keys.ts';
import { cardPut } from '../../../src/daemon/requests/people/card-put.ts';
import { cards } from '../../../src/daemon/requests/people/cards.ts';
import { people } from '../../../src/daemon/requests/people/people.ts';
import { openCard, signCard } from '../../../src/protocol/account/card.ts';
import { compare, utf8 } from '../../../src/protocol/base/bytes.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { encodeResult } from '../../../src/protocol/wire/codec.ts';
import { fixtureSealKey } from '../../fixtures/keys.ts';
import { nextCard, openTestDaemon } from '../../helpers/daemon/daemon-people.ts';

const mallory = fixtureSealKey('mallory-encryption');

test('a renewed card is the newest one for everybody, also after a restart', async (t) => {
  const { context, store, directory, login, alice, bob } = await openTestDaemon(t);
  const [mine, his] = [login('alice'), login('bob')];
  const card = await nextCard(alice, mallory);
  const ids = [alice.card.idFp, new Uint8Array(32), bob.card.idFp];
  const before = (await directory.cardsOf(ids, store)).map((bytes) => bytes && Uint8Array.from(bytes));
  t.deepEqual(before, [Uint8Array.from(alice.cardBytes), null, Uint8Array.from(bob.cardBytes)]);
  await cardPut(context, mine.session, { card });
  await cardPut(context, mine.session, { card });
  t.deepEqual(his.events[0], { method: 'renewed', params: { name: 'alice', cardSeq: 2 } });
  t.deepEqual(Uint8Array.from((await directory.cardsOf(ids, store))[0] ?? []), Uint8Array.from(card));
  const unasked = { cardsOf: () => Promise.reject(new Error('they are held')) };
  t.is((await directory.cardsOf([alice.card.idFp, bob.card.idFp], unasked)).length, 2);
  const ekFp = Uint8Array.from(openCard(card).ekFp);
  t.deepEqual(Uint8Array.from(directory.newest(alice.card.idFp)?.ekFp ?? []), ekFp);
  const reopened = await CardDirectory.open(store, context.clock);
  t.deepEqual(reopened.newest(alice.card.idFp)?.ekFp, ekFp);
  t.deepEqual(await reopened.keyOf(alice.card.idFp, store), alice.identity.spki);
  t.is(await reopened.keyOf(new Uint8Array(32), store), null);
  const all = await cards(context, his.session, { name: 'alice', from: 0 });
  t.deepEqual(all.cards, [Uint8Array.from(alice.cardBytes), Uint8Array.from(card)]);
});

test("a card that is damaged, not the owner's, expired or out of order is refused", async (t) => {
  const { context, time, login, alice, bob } = await openTestDaemon(t);
  const { session } = login('alice');
  const refused = async (card: Uint8Array, code: string) => {
    await t.throwsAsync(cardPut(context, session, { card }), { code });
  };
  const card = await nextCard(alice, mallory);
  const damaged = Uint8Array.from(card);
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  await refused(damaged, 'bad-request');
  await refused(await nextCard(bob, mallory), 'bad-request');
  const about = { ...alice.card, ekSpki: mallory.spki, xwingKey: mallory.xwingKey, prevCardHash: alice.card.hash };
  await refused(await signCard(inlineRsa, alice.identity, { ...about, cardSeq: 3 }), 'conflict');
  const wrongChain = { ...about, cardSeq: 2, prevCardHash: bob.card.hash };
  await refused(await signCard(inlineRsa, alice.identity, wrongChain), 'conflict');
  const now = time.now;
  time.now = 365 * 86_400_000;
  await refused(card, 'bad-request');
  t.is(context.directory.newest(alice.card.idFp)?.cardSeq, 1);
  time.now = now;
  await t.notThrowsAsync(cardPut(context, session, { card }), 'and in its time it is taken');
});

test('a name without an account has no cards', async (t) => {
  const { context, login } = await openTestDaemon(t);
  const { session } = login('alice');
  await t.throwsAsync(cards(context, session, { name: 'nobody', from: 0 }), { code: 'no-such-user' });
});

test('people are listed in code-point order, page by page, with their presence', async (t) => {
  const names = ['b', '\u{1F600}', '\uFB01', 'a', ...Array.from({ length: 1000 }, (_, n) => `c${1000 + n}`)];
  const sorted = new SortedKeys((a, b) => compare(utf8(a), utf8(b)));
  sorted.reset(names);
  const accounts = {
    after: (name: string | null) => [...sorted.after(name)].map((one) => ({ name: one, idFp: null })),
  };
  const { context, login } = await openTestDaemon(t);
  const { session } = login('alice');
  const other = { ...context, accounts } as unknown as typeof context;
  const listed: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof people>> = await people(other, session, { after });
    t.true(encodeResult('people', 1, page).length < 80_000, 'a page is no longer than this, whoever is listed');
    listed.push(...page.people.map(({ name }) => name));
    after = page.next;
    if (after === null) break;
    t.true(page.people.length > 500);
  }
  t.is(listed.length, names.length);
  t.deepEqual(listed.slice(0, 3), ['a', 'b', 'c1000']);
  t.deepEqual(listed.slice(-3), ['c1999', '\uFB01', '\u{1F600}']);
  const here = await people(context, session, { after: null });
  t.deepEqual(
    here.people.map(({ name, online }) => `${name} ${online}`),
    ['alice true', 'bob false', 'carol false'],
  );
});
