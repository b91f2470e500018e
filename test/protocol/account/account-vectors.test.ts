/** The stored vectors of cards, vaults, shared state, exports and safety numbers still get their verdicts. */
import test from 'ava';
import { openCard } from '../../../src/protocol/account/card.ts';
import { parseExportContents } from '../../../src/protocol/account/export-contents.ts';
import { openKeyExport, parseKeyExport } from '../../../src/protocol/account/key-export.ts';
import { entropyOf } from '../../../src/protocol/account/recovery-words.ts';
import { safetyNumber } from '../../../src/protocol/account/safety-number.ts';
import { openSharedState } from '../../../src/protocol/account/shared-state.ts';
import { openVault } from '../../../src/protocol/account/vault.ts';
import { fromHex, hex } from '../../../src/protocol/base/bytes.ts';
import { publicKeyOf } from '../../../src/protocol/crypto/rsa.ts';
import { xwingPublicKey } from '../../../src/protocol/crypto/xwing.ts';
import { daemonFingerprint } from '../../../src/protocol/link/daemon-identity.ts';
import { jsonOf } from '../../helpers/protocol/json-of.ts';
import {
  type Given,
  type Judge,
  judgeAll,
  readVectors,
  vectorDaemon,
  vectorPeople,
} from '../../helpers/protocol/vectors.ts';

const ownerOf = (given: Given) => ({
  daemonId: given.bytes('daemonId'),
  name: given.text('name'),
  idFp: given.bytes('idFp'),
});

const judges: Record<string, Judge> = {
  card(given) {
    const { name, cardSeq, idFp, ekFp, hash, sealable } = openCard(given.bytes('card'));
    return { name, cardSeq, sealable, ...(jsonOf({ idFp, ekFp, hash }) as object) };
  },
  vault(given) {
    const exportKey = Buffer.from(given.text('exportKey'), 'base64url');
    const { version, identity, keys } = openVault(exportKey, ownerOf(given), given.bytes('vault'));
    return { version, identity: hex(identity.pkcs8), keys: jsonOf(keys) };
  },
  'shared-state': (given) =>
    jsonOf(openSharedState(given.person('owner').identity, ownerOf(given), given.bytes('shared'))),
  async 'key-export'(given) {
    const file = parseKeyExport(given.bytes('file'));
    const secret = given.has('words')
      ? { entropy: entropyOf(given.text('words')) }
      : { passphrase: given.text('passphrase') };
    if ('entropy' in secret && hex(secret.entropy) !== given.text('entropy')) throw new Error('other words');
    const body = await openKeyExport(file, secret);
    return body === null ? null : jsonOf(parseExportContents(body));
  },
};

for (const [name, judge] of Object.entries(judges))
  test(`${name}: all vectors get their verdicts`, (t) => judgeAll(t, name, judge));

test('safety numbers match the vectors', (t) => {
  for (const { given, gives } of readVectors('safety')) {
    const { a, b } = given as { a: string; b: string };
    t.is(safetyNumber(fromHex(a), fromHex(b)), String(gives?.number));
  }
});

test('the private keys of the people fit their cards', (t) => {
  t.deepEqual(
    vectorPeople.map(({ name }) => name),
    ['alice', 'bob', 'carol', 'mallory'],
  );
  for (const [i, { identity, mine }] of vectorPeople.entries()) {
    const stored = readVectors<{ people: { card: string }[] }>('people').people[i];
    const card = openCard(fromHex(stored?.card ?? ''));
    t.deepEqual(publicKeyOf(mine.pkcs8), card.ekSpki);
    t.deepEqual(xwingPublicKey(mine.seed), card.xwingKey);
    t.deepEqual(identity.spki, card.sigSpki);
  }
  const { link, sign, fingerprint } = vectorDaemon;
  const keys = { spki: publicKeyOf(fromHex(link.pkcs8)), xwingKey: xwingPublicKey(fromHex(link.seed)) };
  t.is(hex(daemonFingerprint({ link: keys, sign: { spki: publicKeyOf(fromHex(sign.pkcs8)) } })), fingerprint);
});
