/** The handshake and the records of a link, and what a login proves. */
import { createHmac } from 'node:crypto';
import { concat, demand, Fields, H, hkdf, number, same, sha256, zeros } from './bytes.ts';
import { checkSignature, expand, NO_NONCE, openChunk, openGcm, openXWing, publicOf } from './keys.ts';

type Pair = { pkcs8: Uint8Array; seed: Uint8Array };

/** Section 2, as the daemon sees a Hello and the client the Reply to it. @throws Refused */
export function agree(
  daemon: { link: Pair; sign: Uint8Array },
  hello: Uint8Array,
  answer: { reply: Uint8Array; ephemeralSeed: Uint8Array },
) {
  let h = sha256(Buffer.from('SecureChat_pqNK_RSAOAEP3072+XWing-SHA256_AESGCM256_SHA256_v2'));
  let [ck, key] = [h, zeros(32)];
  const mixHash = (bytes: Uint8Array) => {
    h = sha256(h, bytes);
  };
  const mixKey = (secret: Uint8Array) => {
    const both = hkdf(secret, ck, zeros(0), 64);
    [ck, key] = [both.subarray(0, 32), both.subarray(32)];
  };
  const decryptAndHash = (sealed: Uint8Array) => {
    const plain = openGcm(key, NO_NONCE, h, sealed);
    mixHash(sealed);
    return plain;
  };
  mixHash(concat(Buffer.from('SCK2SCL2'), number(2, 2), number(1, 1), number(2, 2)));
  for (const each of [publicOf(daemon.link.pkcs8), expand(daemon.link.seed).public, daemon.sign]) mixHash(each);

  const fields = new Fields(hello);
  demand(fields.take(4).toString() === 'SCL2' && fields.number(2) === 2);
  const [ct1, ct2, ephemeral] = [fields.take(384), fields.take(1120), fields.take(1216)];
  mixHash(ct1);
  mixKey(openChunk(daemon.link.pkcs8, ct1));
  mixHash(ct2);
  mixKey(openXWing(daemon.link.seed, ct2));
  mixHash(ephemeral);
  demand(decryptAndHash(fields.take(16)).length === 0);
  fields.end();

  demand(same(ephemeral, expand(answer.ephemeralSeed).public));
  const reply = new Fields(answer.reply);
  const ct3 = reply.take(1120);
  mixHash(ct3);
  mixKey(openXWing(answer.ephemeralSeed, ct3));
  const parameters = decryptAndHash(reply.var16());
  reply.end();
  const both = hkdf(zeros(0), ck, zeros(0), 64);
  return { parameters, cb: h, toDaemon: both.subarray(0, 32), toClient: both.subarray(32) };
}

/** The daemon's greeting, and its fingerprint. */
export function greet(daemon: { link: Pair; sign: Uint8Array }) {
  const keys = [publicOf(daemon.link.pkcs8), expand(daemon.link.seed).public, daemon.sign];
  const fields = keys.flatMap((each) => [number(each.length, 2), each]);
  return { greeting: concat(Buffer.from('SCK2'), ...fields), fingerprint: H('daemon', ...keys) };
}

/** Section 4, "Login by password". @param sessionKey base64url text, as OPAQUE gives it */
export function proofs(sessionKey: string, cb: Uint8Array) {
  const proof = (side: string) =>
    createHmac('sha256', hkdf(Buffer.from(sessionKey, 'base64url'), zeros(0), Buffer.from(side)))
      .update(cb)
      .digest();
  return { server: proof('server'), client: proof('client') };
}

/** Section 4, "Login by key". @throws Refused */
export function checkKeyLogin(
  identity: Uint8Array,
  o: { cb: Uint8Array; daemonId: Uint8Array; name: string; signature: Uint8Array },
) {
  const hash = H('login', o.cb, o.daemonId, Buffer.from(o.name));
  checkSignature(identity, hash, o.signature);
  return { hash };
}

type Room = { room: Buffer; gen: number; key: Buffer; counter: number; chain: Buffer };

const nonceOf = (counter: number) => concat(zeros(4), number(counter, 8));
const positionOf = ({ gen, counter, chain }: Room) => concat(number(gen, 4), number(counter, 8), chain);

/** Sections 2 and 9: reads what a daemon sends, record by record. @throws Refused */
export function* readRecords(key: Uint8Array, stream: Uint8Array) {
  const fields = new Fields(stream);
  const rooms = new Map<string, Room>();
  let counter = 0;
  for (let left = stream.length; left > 0; ) {
    const length = fields.take(4);
    const [isBroadcast, size] = [
      (length[0] ?? 0) >= 0x80,
      ((length[0] ?? 0) % 0x80) * 2 ** 24 + length.readUIntBE(1, 3),
    ];
    const sealed = fields.take(size);
    left -= 4 + size;
    if (isBroadcast) {
      const record = new Fields(sealed);
      const gen = record.number(4);
      const room = [...rooms.values()].find((each) => each.gen === gen);
      demand(room !== undefined);
      const body = openGcm(room.key, nonceOf(room.counter), concat(length, number(gen, 4), room.room), record.rest());
      room.chain = H('bchain', room.chain, sha256(length, sealed));
      room.counter += 1;
      yield { type: 'broadcast', room: room.room, body, position: positionOf(room) };
      continue;
    }
    const sorted = [...rooms.values()].sort((a, b) => Buffer.compare(a.room, b.room));
    const plain = openGcm(key, nonceOf(counter++), concat(length, ...sorted.map(positionOf)), sealed);
    const [type = 0, body] = [plain[0], plain.subarray(1)];
    if (type === 6) {
      const given = new Fields(body);
      const [room, gen, roomKey] = [given.take(32), given.number(4), given.take(32)];
      rooms.set(room.toString('hex'), { room, gen, key: roomKey, counter: given.number(8), chain: given.take(32) });
      given.end();
    }
    if (type === 7) demand(rooms.delete(body.toString('hex')));
    yield { type, body };
  }
}
