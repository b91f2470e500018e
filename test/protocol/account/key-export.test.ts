import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import {
  type ExportSecret,
  type ExportSecrets,
  openKeyExport,
  parseKeyExport,
  sealKeyExport,
} from '../../../src/protocol/account/key-export.ts';
import { concat, H } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { damaged, patched } from '../../helpers/protocol/damage.ts';

/** Cheap, so that thousands of files are tried. */
const cost = { memory: 32, passes: 1, lanes: 1 };
const damagedFile = { instanceOf: ProtocolError, code: 'export', message: /damaged or incomplete/ };
const passphrase = 'correct horse battery';
const entropy = randomBytes(32);
const body = randomBytes(100);
const sealed = await sealKeyExport(body, { passphrase, entropy }, systemRandom, cost);

/** Opens a file with each secret. */
const openWith = async (bytes: Uint8Array, secret: ExportSecret) => openKeyExport(parseKeyExport(bytes), secret);
/** The checksum of a forger, who can compute it as well as we. */
const withChecksum = (bytes: Uint8Array) => {
  const file = bytes.subarray(0, -32);
  return concat(file, H('export', file));
};

test('either secret opens an export, whatever is in it, and each wrong one opens none', async (t) => {
  const secrets: fc.Arbitrary<ExportSecrets> = fc
    .record({
      passphrase: fc.option(fc.string({ unit: 'binary' })),
      entropy: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 })),
    })
    .filter((each) => each.passphrase !== null || each.entropy !== null);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), secrets, async (contents, by) => {
      const file = await sealKeyExport(contents, by, systemRandom, cost);
      const { opensBy } = parseKeyExport(file);
      t.deepEqual(opensBy, { passphrase: by.passphrase !== null, words: by.entropy !== null });
      const opened = [
        by.passphrase === null ? null : await openWith(file, { passphrase: by.passphrase }),
        by.entropy === null ? null : await openWith(file, { entropy: by.entropy }),
      ];
      for (const each of opened) if (each !== null) t.deepEqual(Buffer.from(each), Buffer.from(contents));
      t.is(await openWith(file, { passphrase: `${by.passphrase ?? ''}x` }), null);
      t.is(await openWith(file, { entropy: randomBytes(32) }), null);
    }),
    { numRuns: 100 },
  );
});

test('the passphrase counts as a password does: spaces and composed letters in any of their forms', async (t) => {
  const file = await sealKeyExport(body, { passphrase: 'caf\u00e9 noir', entropy: null }, systemRandom, cost);
  t.deepEqual(await openWith(file, { passphrase: 'cafe\u0301\u00a0noir' }), Buffer.from(body));
});

test('two exports of the same have nothing in common but the clear header', async (t) => {
  const again = await sealKeyExport(body, { passphrase, entropy }, systemRandom, cost);
  t.deepEqual(again.subarray(0, 12), sealed.subarray(0, 12));
  for (const [at, size] of [
    [12, 16],
    [28, 48],
    [76, 48],
    [124, 12],
    [136, 100],
  ] as const)
    t.notDeepEqual(again.subarray(at, at + size), sealed.subarray(at, at + size), `${size} bytes at ${at}`);
});

test('each altered byte, and each lost or added one, is noticed before a secret is asked for', async (t) => {
  for (let at = 0; at < sealed.length; at += 1) {
    const bytes = patched(sealed, at, Uint8Array.of((sealed[at] ?? 0) ^ 0x55));
    const error = t.throws(() => parseKeyExport(bytes), { instanceOf: ProtocolError }, `byte ${at}`);
    t.true(error?.code === 'export' || (at === 4 && error?.code === 'version'));
  }
  fc.assert(fc.property(damaged(sealed), (bytes) => t.throws(() => parseKeyExport(bytes)) !== undefined));
  for (let size = 0; size < sealed.length; size += 1) t.throws(() => parseKeyExport(sealed.subarray(0, size)));
});

test('attack: a forger who mends the checksum changes no byte either', async (t) => {
  for (let at = 0; at < sealed.length - 32; at += 1) {
    const bytes = withChecksum(patched(sealed, at, Uint8Array.of((sealed[at] ?? 0) ^ 1)));
    for (const secret of [{ passphrase }, { entropy }]) {
      const opened = await openWith(bytes, secret).catch((error: unknown) => error);
      // null: the slot or its key does not fit, as for a wrong secret.
      t.true(opened === null || opened instanceof ProtocolError, `byte ${at}`);
    }
  }
});

test('attack: a slot or a body of another export is refused', async (t) => {
  const other = await sealKeyExport(randomBytes(100), { passphrase, entropy }, systemRandom, cost);
  const spliced = (at: number, size: number) => withChecksum(patched(sealed, at, other.subarray(at, at + size)));
  t.is(await openWith(spliced(28, 48), { passphrase }), null);
  t.is(await openWith(spliced(76, 48), { entropy }), null);
  // The other slot is still right, but the body is bound to both.
  await t.throwsAsync(openWith(spliced(28, 48), { entropy }), damagedFile);
  await t.throwsAsync(openWith(spliced(124, 128), { passphrase }), damagedFile);
});

test('attack: a file cannot ask for gigabytes or minutes of Argon2', (t) => {
  for (const hostile of [
    [0xff, 0xff, 0xff, 0xff, 3, 4],
    [0, 1, 0, 0, 255, 4],
    [0, 0, 0, 0, 1, 1],
  ])
    t.throws(() => parseKeyExport(withChecksum(patched(sealed, 6, Uint8Array.from(hostile)))), damagedFile);
});

test('other files are named as such, and those of newer programs too', (t) => {
  for (const bytes of [new Uint8Array(), Buffer.from('hello'), randomBytes(500)])
    t.throws(() => parseKeyExport(bytes), { code: 'export', message: 'this file is no export of securechat keys' });
  t.throws(() => parseKeyExport(patched(sealed, 4, Uint8Array.of(2))), { code: 'version' });
});

test('an export without any secret is never made', async (t) => {
  const none = { passphrase: null, entropy: null };
  await t.throwsAsync(sealKeyExport(body, none, systemRandom, cost), { instanceOf: RangeError });
});
