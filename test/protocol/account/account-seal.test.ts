import { randomBytes } from 'node:crypto';
import test from 'ava';
import { systemRandom } from '../../../src/platform/random.ts';
import { ACCOUNT_SEAL_BYTES, openForAccount, sealForAccount } from '../../../src/protocol/account/account-seal.ts';
import { utf8 } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';

const secret = randomBytes(64);
const owner = { daemonId: randomBytes(32), name: 'alice', idFp: randomBytes(32) };
const plain = utf8('kept');
const sealed = sealForAccount('vault', secret, owner, { version: 3, plain }, systemRandom);

test('a seal is as much longer as it says, and opens for its account', (t) => {
  t.is(sealed.length, plain.length + ACCOUNT_SEAL_BYTES);
  const { version, idFp, plain: opened } = openForAccount('vault', secret, { ...owner, idFp: null }, sealed);
  t.is(version, 3);
  t.deepEqual(Buffer.from(idFp), owner.idFp);
  t.deepEqual(Buffer.from(opened), Buffer.from(plain));
});

test('attack: a daemon cannot pass a vault off as shared state, even under the same secret', (t) => {
  t.throws(() => openForAccount('shared', secret, owner, sealed), { instanceOf: ProtocolError });
});
