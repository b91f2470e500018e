import test from 'ava';
import { SharedSwitches } from '../../../src/client/shared/shared-switches.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { mergeRows, rowKinds, switchRow } from '../../../src/protocol/account/shared-rows.ts';
import { openSharedState, sealSharedState } from '../../../src/protocol/account/shared-state.ts';
import { utf8 } from '../../../src/protocol/base/bytes.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { DAEMON_ID, person } from '../../helpers/protocol/people.ts';

test('a row of another device with the latest allowed time does not end the sharing of all decisions', async (t) => {
  const alice = await person('alice');
  const owner = { daemonId: DAEMON_ID, name: 'alice', idFp: alice.idFp };
  const far = switchRow(rowKinds.block, utf8('bob'), true, { at: 8.64e15, device: 9 });
  // What a stolen device may store: every reader takes it.
  const state = sealSharedState(alice.identity, owner, { version: 1, rows: [far] }, systemRandom);
  const rows = openSharedState(alice.identity, owner, state).rows;
  const switches = new SharedSwitches(await openProfile(t), 'a');
  await switches.take(rows);
  await switches.set(rowKinds.block, utf8('bob'), false, { at: 1000, device: 1 });
  const mine = await switches.rows();
  t.notThrows(() => sealSharedState(alice.identity, owner, { version: 2, rows: mergeRows(rows, mine) }, systemRandom));
});
