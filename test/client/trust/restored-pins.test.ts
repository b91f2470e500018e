import test from 'ava';
import { PinStore } from '../../../src/client/trust/pin-store.ts';
import { pinsToExport, restorePins } from '../../../src/client/trust/restored-pins.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { person } from '../../helpers/protocol/people.ts';
import { testPin } from '../../helpers/protocol/shared-rows.ts';

const daemon = new Uint8Array(32).fill(9);
const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')];

test('pins come back in an empty profile with their cards, marks and times, without the own one', async (t) => {
  const { db } = await openProfile(t);
  const pins = new PinStore(db, daemon);
  for (const { card, cardBytes } of [carol, bob, alice]) await pins.put(card, cardBytes, { at: 100, device: 1 });
  await pins.setVerified('bob', bob.idFp, true, { at: 200, device: 1 });
  const exported = await pinsToExport(db, daemon, 'alice');
  t.deepEqual(
    exported.map(({ row }) => Buffer.from(row.key).toString()),
    ['bob', 'carol'],
    'those that were decided on come first',
  );
  const { db: fresh } = await openProfile(t);
  await restorePins(fresh, daemon, exported);
  t.deepEqual(structuredClone(await pinsToExport(fresh, daemon, 'alice')), structuredClone(exported));
  const restored = new PinStore(fresh, daemon);
  t.like(await restored.get('bob'), { verified: true, cardSeq: 1 });
  t.is(hex((await restored.sigSpki(carol.idFp, 'carol')) ?? new Uint8Array()), hex(carol.identity.spki));
  await restorePins(fresh, daemon, exported);
  t.is((await restored.all()).length, 2, 'the same again changes nothing');
});

test('beside a pin of the profile the later decision counts, and an identity that was only met replaces none', async (t) => {
  const { db } = await openProfile(t);
  const pins = new PinStore(db, daemon);
  await pins.put(bob.card, bob.cardBytes, { at: 100, device: 1 });
  const about = { idFp: bob.idFp, cardHash: bob.card.hash, device: 2 };
  const verified = { row: testPin('bob', 0, 'verified', 300, about), card: bob.cardBytes };
  await restorePins(db, daemon, [verified]);
  t.like(await pins.get('bob'), { verified: true });
  const stranger = { row: testPin('bob', 7, 'met', 900, { device: 2 }), card: null };
  await restorePins(db, daemon, [stranger]);
  t.is(hex((await pins.get('bob'))?.idFp ?? new Uint8Array()), hex(bob.idFp));
  await pins.setVerified('bob', bob.idFp, false, { at: 500, device: 1 });
  await restorePins(db, daemon, [verified]);
  t.like(await pins.get('bob'), { verified: false });
});
