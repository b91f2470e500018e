import test from 'ava';
import { Feed, type Listener } from '../../../src/daemon/sessions/feed.ts';
import { decodeFromDaemon } from '../../../src/protocol/wire/codec.ts';

class Ear implements Listener {
  readonly name: string;
  readonly heard: Uint8Array[] = [];

  constructor(name: string) {
    this.name = name;
  }

  tell(event: Uint8Array): void {
    this.heard.push(event);
  }

  presence(): string[] {
    return this.heard.map((bytes) => {
      const said = decodeFromDaemon(bytes);
      if (!('event' in said) || said.event.method !== 'presence') return '?';
      const { name, online, away } = said.event.params;
      return `${name} ${away ? 'away' : online ? 'here' : 'gone'}`;
    });
  }
}

test('presence is told for the first session that comes and the last that goes', (t) => {
  const chat = new Feed();
  const [alice, bob, bobAgain] = [new Ear('alice'), new Ear('bob'), new Ear('bob')];
  chat.join(alice);
  chat.join(bob);
  chat.join(bobAgain);
  t.deepEqual(alice.presence(), ['bob here']);
  t.deepEqual(bob.presence(), []);
  t.is(chat.sessionsOf('bob').length, 2);
  chat.leave(bob);
  t.true(chat.online('bob'));
  chat.leave(bobAgain);
  chat.leave(bobAgain);
  t.false(chat.online('bob'));
  t.deepEqual(alice.presence(), ['bob here', 'bob gone']);
});

test('a name is away while all its sessions are, and everybody is told only when that changes', (t) => {
  const chat = new Feed();
  const [alice, desk, phone] = [new Ear('alice'), new Ear('bob'), new Ear('bob')];
  for (const ear of [alice, desk, phone]) chat.join(ear);
  alice.heard.length = 0;
  chat.setAway(desk, true);
  t.deepEqual(alice.presence(), [], 'the phone is still there');
  t.deepEqual(chat.presence('bob'), { online: true, away: false });
  chat.setAway(phone, true);
  chat.setAway(phone, true);
  t.deepEqual(alice.presence(), ['bob away']);
  t.deepEqual(chat.presence('bob'), { online: true, away: true });
  t.deepEqual(desk.presence(), ['bob away'], 'their own sessions know, too');
  chat.setAway(desk, false);
  chat.leave(desk);
  t.deepEqual(alice.presence(), ['bob away', 'bob here', 'bob away'], 'the one that was not away has gone');
  const third = new Ear('bob');
  chat.join(third);
  t.deepEqual(third.presence(), []);
  chat.leave(third);
  chat.leave(phone);
  t.deepEqual(alice.presence().slice(3), ['bob here', 'bob away', 'bob gone']);
  t.deepEqual(chat.presence('bob'), { online: false, away: false });
  // A session that steps back for a new password and takes part again is as it was.
  chat.join(phone);
  t.is(alice.presence().at(-1), 'bob away');
});

test('everyone gets the very same bytes, once a session, and strangers none', (t) => {
  const chat = new Feed();
  const ears = ['alice', 'bob', 'bob', 'carol'].map((name) => new Ear(name));
  for (const ear of ears) chat.join(ear);
  for (const ear of ears) ear.heard.length = 0;
  const event = new Uint8Array([1, 2, 3]);
  chat.tell(new Set(['alice', 'bob', 'nobody', 'x', 'y', 'z']), event);
  t.deepEqual(
    ears.map((ear) => ear.heard.length),
    [1, 1, 1, 0],
  );
  t.true(ears.slice(0, 3).every((ear) => ear.heard[0] === event));
  chat.tell(new Set(['bob']), event, ears[1]);
  t.deepEqual(
    ears.map((ear) => ear.heard.length),
    [1, 1, 2, 0],
  );
});

test('somebody called "all" is one person', (t) => {
  const chat = new Feed();
  const [all, bob] = [new Ear('all'), new Ear('bob')];
  chat.join(all);
  chat.join(bob);
  all.heard.length = 0;
  chat.tell(new Set(['all']), new Uint8Array(1));
  chat.tellOne('all', new Uint8Array(1));
  t.is(all.heard.length, 2);
  t.is(bob.heard.length, 0);
});

test('posts wait for what is under way and go in the order of the conversation', (t) => {
  const later: (() => void)[] = [];
  const chat = new Feed();
  const told: string[] = [];
  const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const post = (conversation: Uint8Array, seq: number, what: string) =>
    chat.post(
      conversation,
      seq,
      () => told.push(what),
      (action) => later.push(action),
    );
  post(one, 2, 'one 2');
  post(two, 9, 'two 9');
  post(one, 1, 'one 1');
  t.deepEqual(told, []);
  later.shift()?.();
  t.deepEqual(told, ['one 1', 'one 2']);
  for (const turn of later.splice(0)) turn();
  t.deepEqual(told, ['one 1', 'one 2', 'two 9']);
  post(one, 3, 'one 3');
  later.shift()?.();
  t.is(told.at(-1), 'one 3');
});
