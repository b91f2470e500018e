/** Cards, vaults, exports of keys, and what devices share. */
import { systemRandom as random } from '../../src/platform/random.ts';
import { sealForAccount } from '../../src/protocol/account/account-seal.ts';
import { CARD_LIFE_MS, openCard, signCard } from '../../src/protocol/account/card.ts';
import { type ExportContents, encodeExportContents } from '../../src/protocol/account/export-contents.ts';
import { sealKeyExport } from '../../src/protocol/account/key-export.ts';
import { wordsOf } from '../../src/protocol/account/recovery-words.ts';
import { mergeRows, pinRow, rowKinds, type SharedRow, switchRow } from '../../src/protocol/account/shared-rows.ts';
import { sealSharedState } from '../../src/protocol/account/shared-state.ts';
import { encodeVaultContents, sealVault, type VaultContents } from '../../src/protocol/account/vault.ts';
import { concat, H, hex, utf8, Writer } from '../../src/protocol/base/bytes.ts';
import { passphraseCost } from '../../src/protocol/crypto/passphrase-key.ts';
import { inlineRsa } from '../../src/protocol/crypto/rsa-pool.ts';
import { fixtureCardKey, fixtureSealKey } from '../../test/fixtures/keys.ts';
import { cardWith, evenKey } from '../../test/helpers/protocol/bad-keys.ts';
import { jsonOf } from '../../test/helpers/protocol/json-of.ts';
import { DAEMON_ID, NO_HASH, person, T0 } from '../../test/helpers/protocol/people.ts';
import { changed, flipped, type Vector, withDamage } from './vector.ts';

const [alice, bob] = [await person('alice'), await person('bob')];
const owner = { daemonId: DAEMON_ID, name: 'alice', idFp: alice.idFp };
const ownerFields = { daemonId: hex(DAEMON_ID), name: 'alice', idFp: hex(alice.idFp) };

/** Alice's second card, with Carol's encryption key. */
const secondCard = await signCard(inlineRsa, alice.identity, {
  name: 'alice',
  ...fixtureCardKey('carol-encryption'),
  cardSeq: 2,
  notBefore: T0,
  notAfter: T0 + CARD_LIFE_MS,
  prevCardHash: alice.card.hash,
});
const firstKey = { card: alice.cardBytes, pkcs8: alice.encryption.pkcs8, seed: alice.encryption.seed };
const carols = fixtureSealKey('carol-encryption');
const secondKey = { card: secondCard, pkcs8: carols.pkcs8, seed: carols.seed };

export async function cardVectors(): Promise<Vector[]> {
  const vector = (what: string, bytes: Uint8Array): Vector => {
    const { name, cardSeq, idFp, ekFp, hash, sealable } = openCard(bytes);
    return {
      what,
      verdict: 'accepted',
      given: { card: hex(bytes) },
      gives: { name, cardSeq, idFp: hex(idFp), ekFp: hex(ekFp), hash: hex(hash), sealable },
    };
  };
  // The ML-KEM key comes first; its first coefficient becomes 4,095.
  const coefficient = concat(Uint8Array.of(0xff, 0xff, 0xff), alice.encryption.xwingKey.subarray(3));
  const point = concat(alice.encryption.xwingKey.subarray(0, 1184), new Uint8Array(32));
  return [
    ...withDamage(vector('a first card', alice.cardBytes), 'card', alice.cardBytes, 'card'),
    vector('a second card', secondCard),
    vector('an even RSA modulus', await cardWith('alice', { ekSpki: evenKey(alice.encryption.spki) })),
    vector('a coefficient of ML-KEM above q', await cardWith('alice', { xwingKey: coefficient })),
    vector('a point of small order', await cardWith('alice', { xwingKey: point })),
  ];
}

export function vaultVectors(): Vector[] {
  const exportKey = random(64);
  const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const vector = (what: string, contents: VaultContents, vault: Uint8Array): Vector => ({
    what,
    verdict: 'accepted',
    given: { ...ownerFields, exportKey: base64url(exportKey), vault: hex(vault) },
    gives: {
      version: contents.version,
      identity: hex(contents.identity.pkcs8),
      keys: contents.keys.map(({ card, pkcs8, seed }) => ({ card: hex(card), pkcs8: hex(pkcs8), seed: hex(seed) })),
    },
  });
  const contents = { version: 3, identity: alice.identity, keys: [firstKey] };
  const two = { version: 4, identity: alice.identity, keys: [secondKey, firstKey] };
  const vault = sealVault(exportKey, owner, contents, random);
  const good = vector('one key', contents, vault);
  const wrong = (what: string, change: Record<string, string>, code = 'vault') => changed(good, what, change, code);
  /** A vault that sealVault refuses to make. */
  const sealed = (keys: VaultContents['keys']): string => {
    const plain = encodeVaultContents({ ...contents, keys });
    return hex(sealForAccount('vault', exportKey, owner, { version: 3, plain }, random));
  };
  return [
    ...withDamage(good, 'vault', vault, 'vault').map(asNewer),
    vector('a current and a retired key', two, sealVault(exportKey, owner, two, random)),
    wrong('another version', { vault: hex(flipped(vault, 4)) }),
    wrong('another name', { name: 'bob' }),
    wrong('another daemon', { daemonId: hex(NO_HASH) }),
    wrong('another identity', { idFp: hex(bob.idFp) }),
    wrong('another password', { exportKey: base64url(random(64)) }),
    wrong('a seed that does not fit the card', { vault: sealed([{ ...firstKey, seed: bob.encryption.seed }]) }),
    wrong('an RSA key that does not fit the card', { vault: sealed([{ ...firstKey, pkcs8: bob.encryption.pkcs8 }]) }),
    wrong('the retired key first', { vault: sealed([firstKey, secondKey]) }),
    wrong('no key', { vault: sealed([]) }),
  ];
}

/** The flipped bit of the first byte makes a later format. */
function asNewer(vector: Vector): Vector {
  return vector.what.endsWith('a bit of the first byte flipped') ? { ...vector, verdict: 'version' } : vector;
}

export function sharedStateVectors(): Vector[] {
  const [decided, device] = [T0 + 5, 7];
  const pin = { idFp: bob.idFp, cardSeq: 1, cardHash: bob.card.hash, trust: 'verified' } as const;
  const rows = mergeRows([
    pinRow('bob', pin, { at: decided, device }),
    switchRow(rowKinds.mute, utf8('bob'), true, { at: decided, device }),
    switchRow(rowKinds.muteRoom, new Uint8Array(32).fill(0x20), true, { at: decided, device }),
    switchRow(rowKinds.block, utf8('mallory'), false, { at: decided, device }),
    { kind: 9, key: utf8('later'), value: utf8('kept'), at: decided, device },
  ]);
  const state = sealSharedState(alice.identity, owner, { version: 3, rows }, random);
  const json = (row: SharedRow) => ({ ...row, key: hex(row.key), value: hex(row.value) });
  const good: Vector = {
    what: 'five rows',
    verdict: 'accepted',
    given: { ...ownerFields, owner: 'alice', shared: hex(state) },
    gives: { version: 3, rows: rows.map(json) },
  };
  const wrong = (what: string, change: Record<string, string>) => changed(good, what, change, 'shared');
  /** A state that sealSharedState refuses to make. */
  const sealed = (list: readonly SharedRow[], size = 1024): string => {
    const writer = new Writer().u16(list.length);
    for (const { kind, key, value, at, device: by } of list) writer.u8(kind).var16(key).var16(value).u64(at).u32(by);
    const plain = concat(writer.finish(), new Uint8Array(size)).subarray(0, size);
    return hex(sealForAccount('shared', alice.identity.pkcs8, owner, { version: 3, plain }, random));
  };
  return [
    ...withDamage(good, 'shared', state, 'shared').map(asNewer),
    wrong('another version', { shared: hex(flipped(state, 4)) }),
    wrong('another person', { owner: 'bob' }),
    wrong('another daemon', { daemonId: hex(NO_HASH) }),
    wrong('another name', { name: 'bob' }),
    wrong('rows out of order', { shared: sealed([...rows].reverse()) }),
    wrong('a row twice', { shared: sealed([...rows.slice(0, 1), ...rows.slice(0, 1)]) }),
    wrong('another padding', { shared: sealed(rows, 2048) }),
  ];
}

export async function keyExportVectors(): Promise<Vector[]> {
  const pin = { idFp: bob.idFp, cardSeq: 1, cardHash: bob.card.hash, trust: 'verified' } as const;
  const contents: ExportContents = {
    madeAt: T0,
    daemon: { address: 'chat.example:65345', fingerprint: new Uint8Array(32).fill(0xf1), daemonId: DAEMON_ID },
    ...{ name: 'alice', idFp: alice.idFp, device: 9, ticket: new Uint8Array(32).fill(0x71), localKeys: false },
    keys: { version: 3, identity: alice.identity, keys: [firstKey] },
    people: [{ row: pinRow('bob', pin, { at: T0 + 5, device: 7 }), card: bob.cardBytes }],
  };
  const body = encodeExportContents(contents);
  const gives = jsonOf(contents) as Record<string, unknown>;
  const [passphrase, entropy] = ['correct horse battery staple', random(32)];
  const words = (bytes: Uint8Array) => ({ words: wordsOf(bytes), entropy: hex(bytes) });
  const file = await sealKeyExport(body, { passphrase, entropy }, random, { memory: 64, passes: 1, lanes: 1 });
  const strong = await sealKeyExport(body, { passphrase, entropy: null }, random, passphraseCost);
  const byPassphrase: Vector = {
    what: 'by passphrase',
    verdict: 'accepted',
    given: { file: hex(file), passphrase },
    gives,
  };
  const byWords: Vector = {
    what: 'by words',
    verdict: 'accepted',
    given: { file: hex(file), ...words(entropy) },
    gives,
  };
  const mended = (at: number) => {
    const changedFile = flipped(file, at).subarray(0, -32);
    return hex(concat(changedFile, H('export', changedFile)));
  };
  const refused = (what: string, given: Record<string, string>, code = 'refused') =>
    changed(byPassphrase, what, given, code);
  return [
    ...withDamage(byPassphrase, 'file', file, 'export'),
    byWords,
    { what: 'by passphrase, at full cost', verdict: 'accepted', given: { file: hex(strong), passphrase }, gives },
    refused('a wrong passphrase', { passphrase: `${passphrase}r` }),
    changed(byWords, 'other words', words(random(32)), 'refused'),
    changed(byWords, 'for a file without words', { file: hex(strong) }, 'refused'),
    refused('its slot changed, its checksum mended', { file: mended(28) }),
    refused('the other slot changed, the checksum mended', { file: mended(76) }, 'export'),
    refused('its body changed, its checksum mended', { file: mended(file.length - 40) }, 'export'),
    refused('256 times the memory, its checksum mended', { file: mendedCost(file) }, 'export'),
  ];
}

/** The file with a cost that no program may accept. */
function mendedCost(file: Uint8Array): string {
  const costly = concat(file.subarray(0, 6), Uint8Array.of(0xff), file.subarray(7, -32));
  return hex(concat(costly, H('export', costly)));
}
