import test from 'ava';
import { GrantAnswers } from '../../../src/client/rooms/grant-answers.ts';
import { until } from '../../helpers/until.ts';

const id = new Uint8Array(32);
const granted = {
  method: 'granted',
  params: { room: id, epochId: id, from: 'eve', grant: new Uint8Array(2048) },
} as const;
const wanted = { method: 'grant-wanted', params: { room: id, epochId: id, name: 'bob' } } as const;

test('few are worked on at once, one that has no answer holds up only some, and what is too much is dropped', async (t) => {
  const open: (() => void)[] = [];
  let taken = 0;
  let handed = 0;
  const grants = new GrantAnswers({
    rekey: { wanted: async () => void handed++ },
    wantedKey: {
      granted: () => {
        taken++;
        return new Promise((done) => open.push(done));
      },
    },
    attempt: (action) => action(),
  });
  for (let n = 0; n < 10_000; n++) grants.take(granted);
  await until(() => open.length === 8);
  t.is(taken, 8);
  for (const go of open.splice(1)) go();
  await until(() => open.length === 8);
  t.is(taken, 15);
  // All but those behind the first, which is still open.
  await until(() => {
    for (const go of open.splice(1)) go();
    return taken > 600;
  });
  t.true(taken < 1000);
  for (let n = 0; n < 8; n++) grants.take(wanted);
  await until(() => {
    for (const go of open.splice(1)) go();
    return handed === 7;
  });
});

test('what is no grant is left alone', async (t) => {
  const fail = async () => t.fail();
  const grants = new GrantAnswers({
    rekey: { wanted: fail },
    wantedKey: { granted: fail },
    attempt: (action) => action(),
  });
  grants.take({ method: 'typing', params: { name: 'bob' } });
  t.pass();
});
