import test from 'ava';
import { FakeClient } from '../../helpers/screen/fake-client.ts';
import { typeLines } from '../../helpers/screen/typed-lines.ts';

test('.mute and .block work as on the screen', async (t) => {
  const { said, calls } = await typeLines([
    '.block',
    '.mute bob',
    '.block carol',
    '.block',
    '.users',
    '@carol hi',
    '.msg carol hi',
  ]);
  t.deepEqual(calls, []);
  t.deepEqual(said, [
    'nobody is blocked: .block NAME blocks somebody',
    '@bob is muted: .mute bob takes it back',
    'carol is blocked on all your devices: .block carol takes it back',
    'blocked on all your devices: carol; .block NAME takes it back',
    'bob, online, muted',
    'carol, offline, blocked',
    'carol is blocked: .block carol takes it back before you write',
    'you write to @carol',
    'carol is blocked: .block carol again shows what was said',
    'carol is blocked: .block carol takes it back before you write',
  ]);
});

/** A client with a blocked and a muted person, and unread messages of each kind. */
function clientWithMutes(): { client: FakeClient } {
  const client = new FakeClient();
  client.fill('#lobby', 2, (seq) => ({ from: seq === 1 ? 'bob' : 'carol', text: `all ${seq}` }));
  client.fill('@bob', 2, (seq) => ({ from: 'bob', to: 'alice', text: `bob ${seq}` }));
  client.fill('@carol', 2, (seq) => ({ from: 'carol', to: 'alice', text: `carol ${seq}` }));
  client.mutes.add('@carol');
  client.blocks.add('bob');
  return { client };
}

test('unread messages of muted or blocked people are not printed at the start and not marked read', async (t) => {
  const { client } = clientWithMutes();
  const { greeting, said } = await typeLines(['.rooms'], { client });
  const all = [...greeting, ...said];
  t.deepEqual(
    all.filter((line) => / \d$/.test(line)),
    ['carol: all 2'],
  );
  t.true(all.includes('nobody else is online'));
  t.is(client.readPositions.get('#lobby'), 2);
  t.false(client.readPositions.has('@bob') || client.readPositions.has('@carol'));
});

test('unread messages are printed when the conversation is opened, unmuted or unblocked', async (t) => {
  const printed = async (...lines: string[]) => {
    const { said } = await typeLines(lines, clientWithMutes());
    return said.filter((line) => /^(bob|carol) to you/.test(line));
  };
  const carols = ['carol to you: carol 1', 'carol to you: carol 2'];
  t.deepEqual(await printed('.msg carol'), carols);
  t.deepEqual(await printed('.mute carol'), carols);
  t.deepEqual(await printed('.msg bob'), []);
  t.deepEqual(await printed('.block bob', '.msg bob', '.msg carol', '.mute carol'), [
    'bob to you: bob 1',
    'bob to you: bob 2',
    ...carols,
  ]);
});

test('mentions in a muted room are printed at once, the rest when it is opened, each once', async (t) => {
  const client = new FakeClient();
  client.fill('#other', 3, (seq) => ({ from: 'carol', text: seq === 2 ? 'look, @alice' : `chatter ${seq}` }));
  client.mutes.add('#other');
  const { greeting, said } = await typeLines(['.join #other'], { client });
  t.deepEqual(
    [...greeting, ...said].filter((line) => line.startsWith('carol')),
    ['carol in #other: look, @alice', 'carol: chatter 1', 'carol: chatter 3'],
  );
});
