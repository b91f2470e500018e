import test, { type ExecutionContext } from 'ava';
import { Calls } from '../../../src/client/connection/calls.ts';
import { Connection } from '../../../src/client/connection/connection.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { Keyring } from '../../../src/client/keys/keyring.ts';
import type { Profile } from '../../../src/client/profile/profile.ts';
import { SharedPins } from '../../../src/client/trust/shared-pins.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { CARD_LIFE_MS, openCard, signCard } from '../../../src/protocol/account/card.ts';
import { pinRow } from '../../../src/protocol/account/shared-rows.ts';
import { equal } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError, Refusal } from '../../../src/protocol/base/errors.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { encodeRefusal, encodeResult } from '../../../src/protocol/wire/codec.ts';
import type { Welcome } from '../../../src/protocol/wire/login-requests.ts';
import type { RequestParams } from '../../../src/protocol/wire/requests.ts';
import { fixtureCardKey, fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { fakeWire } from '../../helpers/client/wire.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

type Who = 'alice' | 'bob' | 'carol' | 'mallory';
const clock = manualClock();
const daemon = new Uint8Array(32).fill(9);

/** A chain of `count` cards for `name`, signed by the identity of `who`. */
async function chain(name: string, who: Who, count = 1, lifeMs = CARD_LIFE_MS): Promise<Uint8Array[]> {
  const cards: Uint8Array[] = [];
  for (let cardSeq = 1; cardSeq <= count; cardSeq++) {
    const last = cards.at(-1);
    const notBefore = clock.now();
    const prevCardHash = last === undefined ? new Uint8Array(32) : openCard(last).hash;
    const key = fixtureCardKey(`${cardSeq % 2 === 1 ? who : 'carol'}-encryption`);
    const card = { name, ...key, cardSeq, notBefore, notAfter: notBefore + lifeMs, prevCardHash };
    cards.push(await signCard(inlineRsa, fixtureKey(`${who}-identity`), card));
  }
  return cards;
}

/** Alice's keyring, where `directory` holds the cards of the daemon. `asked` lists the requests for cards. */
async function open(t: ExecutionContext, directory: Record<string, Uint8Array[]>, profile?: Profile) {
  const asked: RequestParams<'cards'>[] = [];
  const wire = fakeWire();
  const { send } = wire;
  wire.send = (message) => {
    send(message);
    const [, id, , params] = wire.sent.at(-1) ?? [0, 0, '', null];
    const { name, from } = params as RequestParams<'cards'>;
    asked.push({ name, from });
    const cards = directory[name]?.filter((card) => openCard(card).cardSeq >= from).slice(0, 64);
    if (cards === undefined) wire.onMessage(encodeRefusal(id, new Refusal('no-such-user', `nobody is called ${name}`)));
    else wire.onMessage(encodeResult('cards', id, { cards }));
  };
  const first = { calls: new Calls(wire), welcome: { at: clock.now() } as Welcome };
  const connection = new Connection({ first, reconnect: async () => first, clock, random: systemRandom });
  const [card = new Uint8Array()] = await chain('alice', 'alice');
  const keys = {
    identity: fixtureKey('alice-identity'),
    keys: [{ card, pkcs8: fixtureSealKey('alice-encryption').pkcs8, seed: fixtureSealKey('alice-encryption').seed }],
  };
  const store = profile ?? (await openProfile(t));
  return {
    keyring: new Keyring({ connection, db: store.db, clock, daemon, device: 7, keys, stored: async () => keys }),
    asked,
    directory,
    profile: store,
  };
}

test('a person is pinned at first contact and asked for once', async (t) => {
  const { keyring, asked } = await open(t, { bob: await chain('bob', 'bob', 3) });
  t.is(await keyring.pinned('bob'), null);
  const { cardSeq, verified, changedTo } = await keyring.cardOf('bob');
  t.deepEqual([cardSeq, verified, changedTo], [3, false, null]);
  await keyring.cardOf('bob');
  t.deepEqual(asked, [{ name: 'bob', from: 1 }]);
  t.is((await keyring.pinned('bob'))?.cardSeq, 3);
});

test('newer cards are followed from the pinned one on', async (t) => {
  const cards = await chain('bob', 'bob', 3);
  const { keyring, directory, asked } = await open(t, { bob: cards.slice(0, 2) });
  await keyring.cardOf('bob');
  directory.bob = cards;
  t.is((await keyring.cardOf('bob')).cardSeq, 2);
  keyring.forget('bob');
  t.is((await keyring.cardOf('bob')).cardSeq, 3);
  t.deepEqual(asked.at(-1), { name: 'bob', from: 2 });
});

test('an older card, and another one with the same number, are refused', async (t) => {
  const cards = await chain('bob', 'bob', 2);
  const { keyring, directory } = await open(t, { bob: cards });
  await keyring.cardOf('bob');
  for (const shown of [cards.slice(0, 1), await chain('bob', 'bob', 2, CARD_LIFE_MS / 2)]) {
    directory.bob = shown;
    keyring.forget('bob');
    await t.throwsAsync(keyring.cardOf('bob'), { instanceOf: ProtocolError, code: 'card' });
  }
  t.is((await keyring.pinned('bob'))?.cardSeq, 2);
});

test('another identity blocks sealing until the person accepts it', async (t) => {
  const { keyring, directory } = await open(t, { bob: await chain('bob', 'bob', 2) });
  const before = await keyring.recipientCard('bob');
  await keyring.setVerified('bob', true);
  const reported: string[] = [];
  keyring.onChanged((name) => reported.push(name));
  directory.bob = await chain('bob', 'mallory');
  for (let i = 0; i < 2; i++) {
    keyring.forget('bob');
    await t.throwsAsync(keyring.recipientCard('bob'), { instanceOf: ClientError, code: 'key-changed' });
  }
  t.deepEqual(reported, ['bob']);
  t.true(equal((await keyring.pinned('bob'))?.idFp ?? daemon, before.idFp));
  t.is(await keyring.sigSpkiOf(openCard(directory.bob[0] ?? daemon).idFp, 'bob'), null);

  const accepted = await keyring.acceptKey('bob');
  t.false(equal(accepted.idFp, before.idFp));
  t.is((await keyring.cardOf('bob')).verified, false);
  t.true(equal((await keyring.recipientCard('bob')).idFp, accepted.idFp));
  // Messages of the old identity can still be read.
  t.deepEqual(await keyring.sigSpkiOf(before.idFp, 'bob'), before.sigSpki);
});

test('attack: only the key whose safety number was shown is accepted or verified, whatever the daemon shows later', async (t) => {
  const { keyring, directory } = await open(t, { bob: await chain('bob', 'bob') });
  const before = await keyring.recipientCard('bob');
  const changed = { instanceOf: ClientError, code: 'key-changed' };
  directory.bob = await chain('bob', 'carol');
  keyring.forget('bob');
  const compared = await keyring.identityToCompare('bob');
  await t.throwsAsync(
    keyring.setVerified('bob', true),
    changed,
    'the number was the new key’s, the pin is the old one',
  );
  const good = directory.bob;
  directory.bob = await chain('bob', 'mallory');
  await t.throwsAsync(keyring.acceptKey('bob'), changed);
  t.deepEqual((await keyring.pinned('bob'))?.idFp, Uint8Array.from(before.idFp));
  directory.bob = good;
  t.deepEqual((await keyring.acceptKey('bob')).idFp, compared);
  await keyring.setVerified('bob', true);
  t.true((await keyring.pinned('bob'))?.verified);

  // Without a safety number: the key that was reported.
  const other = await open(t, { bob: await chain('bob', 'bob') });
  await other.keyring.cardOf('bob');
  other.directory.bob = good;
  other.keyring.forget('bob');
  await other.keyring.cardOf('bob');
  other.directory.bob = await chain('bob', 'mallory');
  await t.throwsAsync(other.keyring.acceptKey('bob'), changed);
});

test('attack: no key replaces a trusted one unless it was shown as changed', async (t) => {
  const good = await chain('bob', 'bob');
  const { keyring, directory } = await open(t, { bob: good });
  const before = await keyring.recipientCard('bob');
  await keyring.setVerified('bob', true);
  const pinned = async () => {
    const pin = await keyring.pinned('bob');
    return [Buffer.from(pin?.idFp ?? []), pin?.verified];
  };
  for (const look of [async () => {}, () => keyring.identityToCompare('bob')]) {
    await look();
    await t.throwsAsync(keyring.acceptKey('bob'), {
      instanceOf: ClientError,
      code: 'refused',
      message: /key of bob has not changed/,
    });
    t.deepEqual(await pinned(), [before.idFp, true]);
  }
  directory.bob = await chain('bob', 'mallory');
  await t.throwsAsync(keyring.acceptKey('bob'), { instanceOf: ClientError, code: 'key-changed' });
  t.deepEqual(await pinned(), [before.idFp, true]);

  // As at the next start: no safety number was shown.
  const later = await open(t, { bob: good });
  await later.keyring.cardOf('bob');
  later.directory.bob = directory.bob;
  await t.throwsAsync(later.keyring.acceptKey('bob'), { instanceOf: ClientError, code: 'key-changed' });
  t.deepEqual((await later.keyring.pinned('bob'))?.idFp, Uint8Array.from(before.idFp));
});

test('a card of another name is refused', async (t) => {
  const { keyring } = await open(t, { bob: await chain('mallory', 'mallory') });
  await t.throwsAsync(keyring.cardOf('bob'), { instanceOf: ClientError, code: 'untrusted' });
  await t.throwsAsync(keyring.acceptKey('bob'), { instanceOf: ClientError, code: 'untrusted' });
  t.is(await keyring.pinned('bob'), null);
});

test('nothing is sealed to an expired card', async (t) => {
  const { keyring } = await open(t, { bob: await chain('bob', 'bob', 1, 1) });
  clock.advance(2);
  await t.throwsAsync(keyring.recipientCard('bob'), {
    instanceOf: ClientError,
    code: 'refused',
    message: /has expired/,
  });
});

test('an unknown name gets the daemon’s refusal, and is asked for again', async (t) => {
  const { keyring, directory } = await open(t, {});
  await t.throwsAsync(keyring.cardOf('bob'), { instanceOf: Refusal });
  directory.bob = await chain('bob', 'bob');
  t.is((await keyring.cardOf('bob')).name, 'bob');
});

test('a signature of a person who left before they were ever pinned cannot be verified', async (t) => {
  const { keyring } = await open(t, {});
  t.is(await keyring.sigSpkiOf(openCard((await chain('bob', 'bob'))[0] ?? daemon).idFp, 'bob'), null);
});

test('pins outlive the process', async (t) => {
  const cards = await chain('bob', 'bob', 2);
  const { profile, keyring } = await open(t, { bob: cards });
  await keyring.cardOf('bob');
  const later = await open(t, { bob: await chain('bob', 'mallory', 2) }, profile);
  t.not((await later.keyring.cardOf('bob')).changedTo, null);
});

test('the own card is always trusted, and the own key opens what is sealed to it', async (t) => {
  const { keyring, asked } = await open(t, {});
  t.is((await keyring.recipientCard('alice')).name, 'alice');
  t.deepEqual(asked, []);
  const { ekFp, notAfter } = keyring.me.card;
  const { pkcs8, seed } = fixtureSealKey('alice-encryption');
  t.deepEqual(keyring.encryptionKeys(), [{ ekFp, pkcs8, seed, notAfter }]);
  t.deepEqual(await keyring.sigSpkiOf(keyring.me.idFp, 'alice'), fixtureKey('alice-identity').spki);
});

test('a person whom another device met is followed from the card that it knows, and no other identity is pinned', async (t) => {
  const cards = await chain('bob', 'bob', 2);
  const [first, second] = cards.map((card) => openCard(card));
  if (first === undefined || second === undefined) return t.fail('two cards');
  const { keyring, asked, directory, profile } = await open(t, { bob: cards });
  const shared = new SharedPins(profile.db, daemon);
  const known = { idFp: first.idFp, cardSeq: 2, cardHash: second.hash, trust: 'verified' } as const;
  await shared.take(pinRow('bob', known, { at: 5, device: 2 }));
  directory.bob = cards.slice(0, 1);
  await t.throwsAsync(keyring.cardOf('bob'), { instanceOf: ProtocolError, code: 'card' }, 'an old card');
  directory.bob = await chain('bob', 'mallory');
  const changed = await keyring.cardOf('bob');
  t.is(changed.card, null);
  t.true(equal(changed.changedTo ?? daemon, openCard(directory.bob[0] ?? daemon).idFp));
  await t.throwsAsync(keyring.recipientCard('bob'), { instanceOf: ClientError, code: 'key-changed' });
  directory.bob = cards;
  keyring.forget('bob');
  t.deepEqual((await keyring.recipientCard('bob')).cardSeq, 2);
  t.true((await keyring.cardOf('bob')).verified);
  t.deepEqual(asked.at(-1), { name: 'bob', from: 2 });
});

test('only first contact is reported as such', async (t) => {
  const { keyring } = await open(t, { bob: await chain('bob', 'bob') });
  const met: string[] = [];
  keyring.onMet((name) => met.push(name));
  await keyring.cardOf('bob');
  keyring.forget('bob');
  await keyring.cardOf('bob');
  t.deepEqual(met, ['bob']);
});
