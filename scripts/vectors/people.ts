/** The private keys of everybody in the vectors, so that nothing outside of test/vectors is needed. */
import { hex } from '../../src/protocol/base/bytes.ts';
import { daemonFingerprint } from '../../src/protocol/link/daemon-identity.ts';
import { fixtureKey, fixtureSealKey } from '../../test/fixtures/keys.ts';
import { DAEMON_ID, person } from '../../test/helpers/protocol/people.ts';

export async function peopleVectors() {
  const [link, sign] = [fixtureSealKey('daemon-link'), fixtureKey('daemon-sign')];
  return {
    daemon: {
      daemonId: hex(DAEMON_ID),
      fingerprint: hex(daemonFingerprint({ link, sign })),
      link: { pkcs8: hex(link.pkcs8), seed: hex(link.seed) },
      sign: { pkcs8: hex(sign.pkcs8) },
    },
    people: await Promise.all(
      (['alice', 'bob', 'carol', 'mallory'] as const).map(async (name) => {
        const { identity, encryption, cardBytes } = await person(name);
        return {
          name,
          identity: hex(identity.pkcs8),
          encryption: hex(encryption.pkcs8),
          seed: hex(encryption.seed),
          card: hex(cardBytes),
        };
      }),
    ),
  };
}
