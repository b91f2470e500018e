import test from 'ava';
import { EventFeed, type Listener } from '../../../src/daemon/sessions/event-feed.ts';
import { decodeFromDaemon } from '../../../src/protocol/wire/codec.ts';

class TestSubscriber implements Listener {
  readonly name: string;
  readonly heard: Uint8Array[] = [];

  constructor(name: string) {
    this.name = name;
  }

  send(event: Uint8Array): void {
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

test('presence is sent for the first session of a name and the end of the last', (t) => {
  const feed = new EventFeed();
  const [alice, bob, bobAgain] = [new TestSubscriber('alice'), new TestSubscriber('bob'), new TestSubscriber('bob')];
  feed.join(alice);
  feed.join(bob);
  feed.join(bobAgain);
  t.deepEqual(alice.presence(), ['bob here']);
  t.deepEqual(bob.presence(), []);
  t.is(feed.sessionsOf('bob').length, 2);
  feed.leave(bob);
  t.true(feed.online('bob'));
  feed.leave(bobAgain);
  feed.leave(bobAgain);
  t.false(feed.online('bob'));
  t.deepEqual(alice.presence(), ['bob here', 'bob gone']);
});

test('a name is away while all its sessions are, and only a change is sent', (t) => {
  const feed = new EventFeed();
  const [alice, computer, phone] = [new TestSubscriber('alice'), new TestSubscriber('bob'), new TestSubscriber('bob')];
  for (const ear of [alice, computer, phone]) feed.join(ear);
  alice.heard.length = 0;
  feed.setAway(computer, true);
  t.deepEqual(alice.presence(), [], 'the phone is still there');
  t.deepEqual(feed.presence('bob'), { online: true, away: false });
  feed.setAway(phone, true);
  feed.setAway(phone, true);
  t.deepEqual(alice.presence(), ['bob away']);
  t.deepEqual(feed.presence('bob'), { online: true, away: true });
  t.deepEqual(computer.presence(), ['bob away'], 'their own sessions know, too');
  feed.setAway(computer, false);
  feed.leave(computer);
  t.deepEqual(alice.presence(), ['bob away', 'bob here', 'bob away'], 'the one that was not away has gone');
  const third = new TestSubscriber('bob');
  feed.join(third);
  t.deepEqual(third.presence(), []);
  feed.leave(third);
  feed.leave(phone);
  t.deepEqual(alice.presence().slice(3), ['bob here', 'bob away', 'bob gone']);
  t.deepEqual(feed.presence('bob'), { online: false, away: false });
  // A session that leaves for a new password and joins again keeps its state.
  feed.join(phone);
  t.is(alice.presence().at(-1), 'bob away');
});

test('every session gets the same encoded event once, and strangers get none', (t) => {
  const feed = new EventFeed();
  const ears = ['alice', 'bob', 'bob', 'carol'].map((name) => new TestSubscriber(name));
  for (const ear of ears) feed.join(ear);
  for (const ear of ears) ear.heard.length = 0;
  const event = new Uint8Array([1, 2, 3]);
  feed.send(new Set(['alice', 'bob', 'nobody', 'x', 'y', 'z']), event);
  t.deepEqual(
    ears.map((ear) => ear.heard.length),
    [1, 1, 1, 0],
  );
  t.true(ears.slice(0, 3).every((ear) => ear.heard[0] === event));
  feed.send(new Set(['bob']), event, ears[1]);
  t.deepEqual(
    ears.map((ear) => ear.heard.length),
    [1, 1, 2, 0],
  );
});

test('an account named "all" is one person', (t) => {
  const feed = new EventFeed();
  const [all, bob] = [new TestSubscriber('all'), new TestSubscriber('bob')];
  feed.join(all);
  feed.join(bob);
  all.heard.length = 0;
  feed.send(new Set(['all']), new Uint8Array(1));
  feed.sendTo('all', new Uint8Array(1));
  t.is(all.heard.length, 2);
  t.is(bob.heard.length, 0);
});

test('posted events wait for work in progress and keep the order of the conversation', (t) => {
  const later: (() => void)[] = [];
  const feed = new EventFeed();
  const received: string[] = [];
  const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const post = (conversation: Uint8Array, seq: number, what: string) =>
    feed.post(
      conversation,
      seq,
      () => received.push(what),
      (action) => later.push(action),
    );
  post(one, 2, 'one 2');
  post(two, 9, 'two 9');
  post(one, 1, 'one 1');
  t.deepEqual(received, []);
  later.shift()?.();
  t.deepEqual(received, ['one 1', 'one 2']);
  for (const turn of later.splice(0)) turn();
  t.deepEqual(received, ['one 1', 'one 2', 'two 9']);
  post(one, 3, 'one 3');
  later.shift()?.();
  t.is(received.at(-1), 'one 3');
});
