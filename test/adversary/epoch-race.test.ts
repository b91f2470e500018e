/** A member who replaces each new key of a room with another one does not disturb two people who write. */
import test, { type ExecutionContext } from 'ava';
import { connectChat, textOf } from '../helpers/client/chat.ts';
import { hostileDaemon } from './hostile-daemon.ts';
import { garbageKeys, Mallory, outcomeOf } from './mallory.ts';

const password = 'correct horse';
const HOUR = 3_600_000;

async function room(t: ExecutionContext) {
  const { at } = await hostileDaemon(t);
  const server = `127.0.0.1:${at.port}`;
  const alice = await connectChat(t, { user: 'alice', server, password, register: {} });
  const bob = await connectChat(t, { user: 'bob', server, password, register: {} });
  const mallory = await Mallory.join(t, at);
  /** They take turns, and each receives every message. */
  const talk = async (turns: number, about: string) => {
    for (let turn = 0; turn < turns; turn += 1) {
      const [speaker, listener] = turn % 2 === 0 ? [alice, bob] : [bob, alice];
      await speaker.client.send('#lobby', `${about} ${turn}`);
      await listener.message(`${about} ${turn}`);
    }
  };
  return { alice, bob, mallory, talk };
}

type Lie = Parameters<Mallory['epoch']>[0];

test('a member who replaces every epoch does not stop two people who write', async (t) => {
  const { alice, bob, mallory, talk } = await room(t);
  const epochs = async () => (await mallory.entries('epoch')).length;
  await talk(2, 'before');
  t.is(await epochs(), 1);

  // Epochs with another time, without chunks or with empty ones are refused.
  const none: Lie = { keys: (keys) => keys.filter(({ idFp }) => Buffer.compare(idFp, mallory.card.idFp) === 0) };
  const empty: Lie = { keys: (keys) => keys.map(({ idFp }) => ({ idFp, chunk: new Uint8Array() })) };
  const future = Number.MAX_SAFE_INTEGER;
  for (const lie of [{ ...none, time: future }, { time: future }, { time: Date.now() - HOUR }, none, empty])
    t.is(await outcomeOf(mallory.epoch(lie)), 'bad-request');
  t.is(await epochs(), 1);

  // An epoch that nobody can open: the next speaker makes another one at once.
  t.is(await outcomeOf(mallory.epoch(garbageKeys)), 'taken');
  await talk(4, 'after garbage');
  t.is(await epochs(), 3);

  // One after the other: three need no cause, the garbage epoch among them.
  const answers: string[] = [];
  let racing = true;
  const race = (async () => {
    while (racing) answers.push(await outcomeOf(mallory.epoch()));
  })();
  await talk(8, 'raced');
  racing = false;
  await race;
  for (let again = 0; again < 2; again += 1) answers.push(await outcomeOf(mallory.epoch()));
  t.is(answers.filter((answer) => answer === 'taken').length, 2);
  t.is(await epochs(), 5);
  // Her leaving and joining again is a cause for others, and not for her.
  await mallory.move('leave');
  await mallory.move('join');
  t.is(await outcomeOf(mallory.epoch()), 'rate-limited');
  await talk(2, 'later');

  const said = (await bob.client.history('#lobby')).messages.map(textOf);
  t.is(said.length, 16);
  for (const { events } of [alice, bob]) {
    t.false(events.some((event) => event.type === 'message' && event.message.state === 'failed'));
    t.false(events.some(({ type }) => type === 'gap'));
  }
});
