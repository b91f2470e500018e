/** What a login proves: the password, the identity key, and the ticket of a device. */
import { H, hex, utf8 } from '../../src/protocol/base/bytes.ts';
import { loginProof } from '../../src/protocol/crypto/opaque.ts';
import { sign } from '../../src/protocol/crypto/rsa.ts';
import { DAEMON_ID, NO_HASH, person } from '../../test/helpers/protocol/people.ts';
import { changed, flipped, type Vector } from './vector.ts';

export async function loginVectors(): Promise<Vector[]> {
  const alice = await person('alice');
  // 64 bytes; an exported key of OPAQUE is base64url text without padding.
  const sessionKey = new Uint8Array(64).map((_, i) => 0xff - i);
  const cb = new Uint8Array(32).fill(0xcb);
  const proofs = (what: string, binding: Uint8Array): Vector => ({
    what,
    verdict: 'accepted',
    given: { sessionKey: Buffer.from(sessionKey).toString('base64url'), cb: hex(binding) },
    gives: {
      server: hex(loginProof(sessionKey, 'server', binding)),
      client: hex(loginProof(sessionKey, 'client', binding)),
    },
  });
  const hash = H('login', cb, DAEMON_ID, utf8('alice'));
  const signature = sign(alice.identity.pkcs8, hash);
  const byKey: Vector = {
    what: 'by key',
    verdict: 'accepted',
    given: { name: 'alice', cb: hex(cb), daemonId: hex(DAEMON_ID), signature: hex(signature) },
    gives: { hash: hex(hash) },
  };
  const ticket = new Uint8Array(32).fill(0x71);
  const record = Buffer.from(new Uint8Array(192).fill(0x9e)).toString('base64url');
  const refused = (what: string, given: Record<string, string>) => changed(byKey, what, given, 'refused');
  return [
    proofs('by password', cb),
    proofs('by password, on another link', flipped(cb, 31)),
    byKey,
    refused('on another link', { cb: hex(flipped(cb, 0)) }),
    refused('at another daemon', { daemonId: hex(NO_HASH) }),
    refused('as another person', { name: 'bob' }),
    refused('a bit of the signature flipped', { signature: hex(flipped(signature, 200)) }),
    {
      what: 'a ticket, as the daemon stores it',
      verdict: 'accepted',
      given: { ticket: hex(ticket) },
      gives: { stored: hex(H('ticket', ticket)) },
    },
    {
      what: 'the name of a record of OPAQUE',
      verdict: 'accepted',
      given: { record },
      gives: { recordHash: hex(H('record', utf8(record))) },
    },
  ];
}
