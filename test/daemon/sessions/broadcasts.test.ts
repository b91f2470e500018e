import test from 'ava';
import { Broadcasts, type RoomSession } from '../../../src/daemon/sessions/broadcasts.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { utf8 } from '../../../src/protocol/base/bytes.ts';
import { connectChat } from '../../helpers/client/chat.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { recordPath } from '../../helpers/protocol/record-path.ts';

const [lobby, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

function session(name: string): RoomSession & { heard: string[]; gens: Set<number> } {
  const heard: string[] = [];
  const gens = new Set<number>();
  return {
    name,
    heard,
    gens,
    send: (event) => heard.push(`own ${Buffer.from(event)}`),
    link: {
      setRoomKey: ({ room, gen }) => {
        gens.add(gen);
        heard.push(`key ${room[0]}`);
      },
      dropRoom: (room) => heard.push(`end ${room[0]}`),
      broadcast: ({ room }) => heard.push(`broadcast ${room[0]}`),
      mark: () => {},
    },
  };
}

test('a session hears the rooms of its account from its login to its end', (t) => {
  const [inLobby, inOther] = [new Set(['alice', 'bob']), new Set(['bob'])];
  const flusher = { schedule: (one: { flush(): void }) => one.flush() };
  const broadcasts = new Broadcasts({ clock: manualClock(), random: systemRandom, flusher });
  broadcasts.open(lobby, inLobby);
  broadcasts.open(other, inOther);
  const [alice, again, bob, carol] = [session('alice'), session('alice'), session('bob'), session('carol')];
  for (const one of [alice, again, bob, carol]) broadcasts.enter(one);
  const since = () => [alice, again, bob, carol].map(({ heard }) => heard.splice(0).join(', '));
  t.deepEqual(since(), ['key 1', 'key 1', 'key 1, key 2', '']);
  inLobby.add('carol');
  broadcasts.membershipChanged(lobby, 'carol');
  inLobby.delete('bob');
  broadcasts.membershipChanged(lobby, 'bob');
  t.deepEqual(since(), ['', '', 'end 1', 'key 1']);
  broadcasts.post(lobby, utf8('a'));
  broadcasts.post(lobby, utf8('b'));
  t.deepEqual(since(), [...Array(2).fill('own a, key 1, broadcast 1'), '', 'own a, key 1, broadcast 1']);
  broadcasts.leave(again, false);
  broadcasts.leave(again, true);
  broadcasts.suspend(alice);
  broadcasts.post(lobby, utf8('c'));
  t.deepEqual(since(), ['end 1', '', '', 'own c']);
  broadcasts.enter(alice);
  t.is(since()[0], 'key 1');
  // Each room has its own key, before and after.
  t.true([...bob.gens].every((gen) => gen === Math.min(...bob.gens) || !carol.gens.has(gen)));
  t.throws(() => broadcasts.post(new Uint8Array(32), utf8('x')), { message: 'no such room was opened' });
});

test.serial('the first broadcast after a device was logged out uses a new key', async (t) => {
  const { join: server, port, fingerprint } = (await openDaemon(t)).at;
  const path = await recordPath(t, port);
  const password = 'secret';
  const alice = await connectChat(t, { user: 'alice', server, password, register: {} });
  const link = `securechat://${path.server}#${fingerprint}`;
  const bob = await connectChat(t, { user: 'bob', server: link, password, register: {} });
  const old = await connectChat(t, { user: 'bob', server, password });
  const broadcast = async () => {
    const before = path.broadcasts;
    for (let i = 0; path.broadcasts === before; i++) {
      await alice.client.send('#lobby', `${before} ${i}`);
      await bob.message(`${before} ${i}`);
    }
    return path.generation;
  };
  const first = await broadcast();
  t.is(await broadcast(), first);
  t.is((await bob.client.endDevice(old.client.me.device)).ended, 1);
  t.true((await broadcast()) > first);
});
