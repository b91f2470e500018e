/** Checks what docs/PROTOCOL.md says by hand against the sources: its tags, its codes, its sizes, and the tests that it names. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { systemRandom as random } from '../../src/platform/random.ts';
import { sealSharedState } from '../../src/protocol/account/shared-state.ts';
import { sealVault } from '../../src/protocol/account/vault.ts';
import { concat } from '../../src/protocol/base/bytes.ts';
import { refusalCodes } from '../../src/protocol/base/errors.ts';
import { inlineRsa as rsa } from '../../src/protocol/crypto/rsa-pool.ts';
import { daemonFingerprint } from '../../src/protocol/link/daemon-identity.ts';
import { answerHello, encodeGreeting, startHandshake, takeHello } from '../../src/protocol/link/handshake.ts';
import { encodeParameters } from '../../src/protocol/link/parameters.ts';
import { mintEpoch, parseEpoch, sealGrant } from '../../src/protocol/sealed/epoch.ts';
import { deliveredNote, parseNote } from '../../src/protocol/sealed/note.ts';
import { encodeJoinBody } from '../../src/protocol/sealed/room-bodies.ts';
import { createLobby, signLogEntry } from '../../src/protocol/sealed/room-log.ts';
import { sealRoomMessage } from '../../src/protocol/sealed/room-message.ts';
import { fixtureKey, fixtureSealKey } from '../fixtures/keys.ts';
import { seal } from '../helpers/protocol/correspondence.ts';
import { DAEMON_ID, NO_HASH, person, T0 } from '../helpers/protocol/people.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const document = read('docs/PROTOCOL.md');

/** The rows of the table that begins with this line. */
function rowsAfter(head: string): string[][] {
  const [, after = ''] = document.split(`\n${head}\n`);
  const [, ...rows] = after.split('\n');
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((line) => line.slice(2, -2).split(' | '));
}

/** The words in backticks. */
const quoted = (text = ''): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

test('the table of tags has each tag of the sources once', (t) => {
  const [, union = ''] = /export type Tag =([^;]*);/.exec(read('src/protocol/base/bytes.ts')) ?? [];
  const tags = [...union.matchAll(/'(\w+)'/g)].map(([, tag = '']) => tag);
  t.true(tags.length > 30);
  t.deepEqual(
    rowsAfter('| word | use |')
      .flatMap(([words]) => quoted(words))
      .sort(),
    tags.sort(),
  );
});

test('the table of codes has each refusal once, in the order of the sources', (t) => {
  t.deepEqual(
    rowsAfter('| code | meaning |').flatMap(([code]) => quoted(code)),
    [...refusalCodes],
  );
});

test('each attack names the tests that mount it, and these are there', (t) => {
  const attacks = rowsAfter('| attack | rule | test |');
  t.true(attacks.length > 35);
  for (const [attack = '', , tests] of attacks) {
    t.true(quoted(tests).length > 0, attack);
    for (const name of quoted(tests)) {
      const files = [`test/${name}.test.ts`, `test/${name}.test.tsx`].map((path) => fileURLToPath(new URL(path, root)));
      t.true(
        files.some((file) => existsSync(file)),
        `${attack}: ${name}`,
      );
    }
  }
});

test('sizes are those of the code', async (t) => {
  const said = new Map(rowsAfter('| what | bytes |').map(([what = '', bytes = '']) => [what, bytes]));
  const is = (what: string, bytes: number, unit = '') =>
    t.is(said.get(what), `${bytes.toLocaleString('en')}${unit}`, what);
  const [alice, bob] = [await person('alice'), await person('bob')];
  const NAME = 'alice'.length;
  const [people, zeros] = [[alice.card, bob.card], NO_HASH];

  const { spki, xwingKey, pkcs8, seed } = fixtureSealKey('bob-encryption');
  const keys = { link: { spki, xwingKey, pkcs8, seed }, sign: fixtureKey('mallory-identity') };
  const { hello } = startHandshake({ random, greeting: keys, expect: daemonFingerprint(keys) });
  let taken = 0;
  const parsed = await takeHello(async (size) => {
    taken += size;
    return hello.subarray(taken - size, taken);
  });
  const parameters = encodeParameters({ messages: 2, time: T0, software: 'securechat-daemon 0.1.0' }, DAEMON_ID);
  const { reply } = await answerHello(parsed, { rsa, keys, rejectKey: zeros, parameters });
  is('greeting', encodeGreeting(keys).length);
  is('hello', hello.length);
  is('reply of the daemon of this repository', reply.length);

  is('key card', alice.cardBytes.length - NAME, ' and the name');
  for (const [chunks, text] of [
    ['one chunk', 'x'],
    ['16 chunks', 'x'.repeat(4096)],
  ] as const) {
    const { note } = await seal(alice, bob, { kind: 'text', text });
    is(`note with ${chunks} in each copy, as sent and stored`, note.length);
    is(`note with ${chunks}, as one side receives it`, deliveredNote(parseNote(note), 0).length);
  }
  is('note to oneself with one chunk', (await seal(alice, alice, { kind: 'text', text: 'x' })).note.length);

  const about = { room: zeros, prev: zeros, n: 1, time: T0, actor: alice.idFp };
  const own = { ...about, subject: { name: 'alice', idFp: alice.idFp } };
  const join = encodeJoinBody({ sigSpki: alice.identity.spki });
  const signed = async (op: 'join' | 'leave', body: Uint8Array) =>
    (await signLogEntry(rsa, alice.identity, { ...own, op, body })).length - NAME;
  is("the lobby's create entry", (await createLobby(rsa, keys.sign, DAEMON_ID, '#lobby', T0, random)).entry.length);
  is('join', await signed('join', join), ' and the name');
  is('leave, remove', await signed('leave', new Uint8Array()), ' and the name');

  const heads = { room: zeros, logHead: zeros, epochPrev: zeros, time: T0 + 1, info: null, before: null };
  const maker = { ...alice.identity, idFp: alice.idFp };
  const minted = await mintEpoch(rsa, { ...heads, maker, members: people, random });
  const [chunk] = minted.keys;
  const chunkBytes = chunk?.chunk.length ?? 0;
  is('epoch of the lobby, without its chunks', minted.epoch.length);
  is('chunk of an epoch', chunkBytes);
  is('epoch for 1,000 members, with its chunks', minted.epoch.length + 1000 * chunkBytes);
  is('grant', (await sealGrant(rsa, parseEpoch(minted.epoch), minted.key, bob.card)).length);

  const message = async (text: string, seen: Uint8Array[]) => {
    const header = {
      room: zeros,
      epochId: zeros,
      from: alice.idFp,
      device: 1,
      seq: 1,
      msgId: zeros.subarray(16),
      life: 0,
    };
    const said = { prev: zeros, seen, logHead: zeros, sentAt: T0, content: { kind: 'text', text } as const };
    return (await sealRoomMessage(rsa, { ...header, ...said, key: zeros, identity: alice.identity, random })).message
      .length;
  };
  is('room message, the smallest', await message('x', []));
  is('room message, the largest', await message('x'.repeat(4096), [zeros, zeros, zeros, zeros]));

  const owner = { daemonId: DAEMON_ID, name: 'alice', idFp: alice.idFp };
  is(
    'what devices share, the smallest',
    sealSharedState(alice.identity, owner, { version: 1, rows: [] }, random).length,
  );
  const held = { card: alice.cardBytes, pkcs8: alice.encryption.pkcs8, seed: alice.encryption.seed };
  const vault = sealVault(random(64), owner, { version: 1, identity: alice.identity, keys: [held] }, random).length;
  const each = concat(held.card, held.pkcs8, held.seed).length + 4;
  t.regex(
    said.get('vault with one key') ?? '',
    new RegExp(`^about ${(Math.round(vault / 100) * 100).toLocaleString('en')}$`),
  );
  const full = Math.round((vault + 35 * each) / 1000) * 1000;
  t.is(said.get('vault with 36 keys'), `about ${full.toLocaleString('en')}`);
});
