/** Names such as `constructor`, which every object has as a property, are ordinary words. */
import test from 'ava';
import { FakeClient } from '../../helpers/screen/fake-client.ts';
import { person } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';
import { queued, typeLines } from '../../helpers/screen/typed-lines.ts';

const naming = ['.msg constructor hi', '.verify constructor', '.block constructor', '.mute constructor'];
const others = ['@toString hi', '.scroll constructor', '.notify constructor on'];

test('on the screen nobody is called constructor unless an account is', async (t) => {
  const { say, chat, client, notice, store, key, settle } = await openChat(t);
  const before = store.get().settings;
  for (const line of naming) {
    await say(line);
    t.regex(notice(), /^nobody is called constructor: /, line);
    await key('ctrl+c');
  }
  for (const line of others) {
    await say(line);
    t.regex(notice(), /^nobody is called toString|^usage: /, line);
    await key('ctrl+c');
  }
  t.is(store.get().overlay, null);
  t.deepEqual([chat().open, [...chat().blocked], [...chat().muted]], ['#lobby', [], []]);
  t.deepEqual(store.get().settings, before);
  client.emit({ type: 'key-changed', name: 'constructor', pinned: 'a', offered: 'b' });
  client.emit({ type: 'people', people: [person('constructor'), person('__proto__')] });
  await settle();
  await say('.msg constructor hi');
  await say('.msg __proto__ you');
  const asked = client.calls.filter(([name]) => name === 'queue');
  t.deepEqual(asked, [queued('@constructor', 'hi'), queued('@__proto__', 'you')]);
});

test('in line mode nobody is called constructor either, and no such word is an answer', async (t) => {
  for (const line of [...naming, '@toString hi']) {
    const { said, calls } = await typeLines([line]);
    t.deepEqual(calls, [], line);
    t.regex(said.join('\n'), /^nobody is called (constructor|toString): [^\n]+$/, line);
  }
  const { said, calls } = await typeLines(['.verify bob constructor']);
  t.deepEqual(calls, []);
  t.regex(said.join('\n'), /^usage: \.verify NAME/);
  const client = new FakeClient();
  client.everybody = [person('alice'), person('constructor')];
  t.deepEqual((await typeLines(['@constructor hi'], { client })).calls, [queued('@constructor', 'hi')]);
});
