import test from 'ava';
import { ClientBus } from '../../../src/client/events/client-bus.ts';
import { GrantHandler, type GrantingRoom } from '../../../src/client/rooms/grant-handler.ts';
import type { Event } from '../../../src/protocol/wire/codec.ts';
import { until } from '../../helpers/until.ts';

const id = new Uint8Array(32);
const granted = {
  method: 'granted',
  params: { room: id, epochId: id, from: 'eve', grant: new Uint8Array(2048) },
} as const;
const wanted = { method: 'grant-wanted', params: { room: id, epochId: id, name: 'bob' } } as const;

/** The grant answers of one room. @returns a function that delivers an event of the daemon */
function answering(room: GrantingRoom) {
  const bus = new ClientBus();
  new GrantHandler({ withId: () => room }, bus);
  return (event: Event) => bus.publish('received', event);
}

test('few grants are handled at once, one without an answer holds up only some, and a flood is dropped', async (t) => {
  const open: (() => void)[] = [];
  let taken = 0;
  let handed = 0;
  const take = answering({
    rekey: { answerRequest: async () => void handed++ },
    keyRequests: {
      takeGrant: () => {
        taken++;
        return new Promise((done) => open.push(done));
      },
    },
  });
  for (let n = 0; n < 10_000; n++) take(granted);
  await until(() => open.length === 8);
  t.is(taken, 8);
  for (const go of open.splice(1)) go();
  await until(() => open.length === 8);
  t.is(taken, 15);
  // All but those behind the first one, which is still waiting.
  await until(() => {
    for (const go of open.splice(1)) go();
    return taken > 600;
  });
  t.true(taken < 1000);
  for (let n = 0; n < 8; n++) take(wanted);
  await until(() => {
    for (const go of open.splice(1)) go();
    return handed === 7;
  });
});

test('events other than grants are ignored', async (t) => {
  const fail = async () => t.fail();
  const take = answering({ rekey: { answerRequest: fail }, keyRequests: { takeGrant: fail } });
  take({ method: 'typing', params: { name: 'bob' } });
  t.pass();
});
