import test from 'ava';
import { LineResults } from '../../../src/cli/plain/line-results.ts';
import { FakeClient } from '../../helpers/screen/fake-client.ts';
import { file, message, ownDevice, transfer } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';
import { rendererTo } from '../../helpers/screen/renderer.ts';
import { queued, typeLines } from '../../helpers/screen/typed-lines.ts';

test('a reaction that is not an emoji is refused with a sentence, also on the last line', async (t) => {
  const client = new FakeClient();
  client.fill('#lobby', 1);
  const { said, calls } = await typeLines(['.react nonsense'], { client });
  t.deepEqual(calls, []);
  t.is(said.at(-1), 'nonsense is no emoji: .react :smile: and Tab offers them by name');
});

test('the result of a command is printed even if no event shows it', async (t) => {
  const client = new FakeClient();
  client.fill('#lobby', 1, () => ({ text: 'lunch?' }));
  client.readPositions.set('#lobby', 1);
  const { said } = await typeLines(['.react 👍', '.join lobby', '.msg bob', '.msg bob', '.msg bob hi'], { client });
  t.deepEqual(said, ['you reacted 👍 to: lunch?', ...['#lobby', '@bob', '@bob'].map((name) => `you write to ${name}`)]);
});

test('a missing file is not reported as sent', async (t) => {
  const client = new FakeClient();
  client.failures.set('upload', new Error('there is no file /nonexist'));
  t.deepEqual((await typeLines(['.file /nonexist'], { client })).said, ['there is no file /nonexist']);
});

test('without a link, presence is not printed', async (t) => {
  const client = new FakeClient();
  client.link = { state: 'waiting', retryAt: 0, reason: 'no route' };
  const { said } = await typeLines(['.users', '.msg bob', '.users'], { client });
  t.deepEqual(said, ['bob', 'carol', 'you write to @bob', 'bob, you write here', 'carol']);
});

test('a key is verified only after an explicit answer', async (t) => {
  const { calls, said } = await typeLines([
    '.verify bob',
    'yes',
    '.verify bob maybe',
    '.verify bob same',
    '.verify bob same',
    '.verify alice',
  ]);
  t.deepEqual(calls, [queued('#lobby', 'yes'), ['setVerified', 'bob', true]]);
  t.is(said.filter((line) => line === 'bob is marked as verified').length, 2);
  t.is(said.at(-1), 'that is you: name somebody else');
});

test('files are sent, listed with their whole names and downloaded', async (t) => {
  const client = new FakeClient();
  const name = 'a very long name of a photograph from the summer of last year.jpeg';
  client.allFiles = [
    file({ name }),
    file({ id: 'f2', name: 'twice', from: 'bob', at: 1 }),
    file({ id: 'f3', name: 'twice', from: 'alice', at: 2 }),
  ];
  client.saved = { f1: '/d/photo.jpeg' };
  const { calls, said } = await typeLines(
    ['.file /tmp/x.bin', '.list_files', `.download ${name}`, '.download twice', '.download f3', '.download none'],
    { client },
  );
  t.deepEqual(calls, [
    ['upload', '#lobby', '/tmp/x.bin'],
    ['download', 'f1', '/downloads'],
    ['download', 'f3', '/downloads'],
  ]);
  t.true(
    said.some(
      (line) => line.startsWith(`${name}, 1.23 MB, from bob`) && line.endsWith(', saved and checked: /d/photo.jpeg'),
    ),
  );
  const listed = said.filter((line) => /^twice, .*, from /.test(line)).map((line) => /from \w+/.exec(line)?.[0]);
  t.deepEqual(listed, ['from bob', 'from alice'], 'the newest last');
  t.deepEqual(
    said.filter((line) => /^\S.*, .*, from /.test(line)).map((line) => /, id (\w+)$/.exec(line)?.[1]),
    ['f2', 'f3', undefined],
  );
  t.true(said.some((line) => line.includes('2 files are called "twice"')));
  t.true(said.some((line) => line.includes('there is no file "none"')));
});

test('transfers of an earlier start are printed and resumed', async (t) => {
  const client = new FakeClient();
  const about = { conversation: '@bob', rate: 0, state: 'paused' } as const;
  client.begun = [
    transfer({ ...about, id: 't1', name: 'one' }),
    transfer({ ...about, id: 't2', name: 'two', note: 'the program ended in the middle of it' }),
  ];
  const { said, calls, ended } = await typeLines(['.transfers', '.resume', '.cancel one'], { client });
  t.deepEqual(said.slice(0, 3), [
    '1 transfer was cut off: .resume goes on with it',
    'sending one: 40 %, paused',
    'sending two: 40 %, paused: the program ended in the middle of it',
  ]);
  t.deepEqual(calls, [
    ['resume', 't2', '/downloads'],
    ['drop', 't1'],
  ]);
  t.true(said.includes('two goes on'));
  t.true(said.includes('one is cancelled'));
  t.is(ended, null);
});

test('own messages are edited and deleted, and those of others answered', async (t) => {
  const client = new FakeClient();
  client.store.set('#lobby', [
    message({ seq: 1, id: 'theirs', text: 'who?' }),
    message({ seq: 2, id: 'mine', from: 'alice', text: 'me' }),
  ]);
  const { calls, said } = await typeLines(['.reply you', '.edit', '.edit us', '.search', '.search who'], { client });
  t.deepEqual(calls, [
    ['queue', '#lobby', 'you', { reply: { author: 'bob', id: 'theirs' } }],
    ['edit', 'q1', 'us'],
  ]);
  t.true(said.includes('usage: .edit TEXT'));
  t.true(said.includes('usage: .search TEXT'));
  t.true(said.some((line) => /, bob in #lobby: who\?$/.test(line)));
});

test('a message is deleted only after a yes', async (t) => {
  const client = new FakeClient();
  client.store.set('#lobby', [message({ seq: 2, id: 'mine', from: 'alice', text: 'me' })]);
  const { calls, said } = await typeLines(['.delete', '.delete me', '.delete yes', '.delete yes'], { client });
  t.deepEqual(calls, [['remove', 'mine']]);
  t.deepEqual(said, [
    'your newest message in #lobby is: me; .delete yes deletes it for everyone',
    'usage: .delete [yes]',
    'you deleted a message',
    'there is no message to do that with',
  ]);
});

test('.help has a line for every command that line mode has', async (t) => {
  const { said } = await typeLines(['.help']);
  t.true(said.includes('.file PATH: send a file to the open conversation'));
  t.true(said.includes('.edit TEXT: change your newest message'));
  t.false(said.some((line) => line.startsWith('.theme') || line.startsWith('.bare')));
  t.false(said.some((line) => line.includes('  ')));
});

test('links are printed once each, in the order of the messages', async (t) => {
  const client = new FakeClient();
  client.store.set('#lobby', [
    message({ seq: 1, text: 'see https://one.example and https://two.example' }),
    message({ seq: 2, text: 'again https://one.example' }),
  ]);
  const { said } = await typeLines(['.links'], { client });
  t.deepEqual(said.slice(-2), ['https://one.example', 'https://two.example']);
});

test('an error in a command without a waiting caller is printed', async (t) => {
  const { scope, notice, settle } = await openChat(t);
  const transfers = { upload: () => Promise.reject(new Error('no such thing')) } as never;
  const parts = { renderer: rendererTo(() => {}), hidden: async () => null, leave() {} };
  await new LineResults({ scope: { ...scope, transfers }, ...parts }).run('.file', '/x');
  await settle();
  t.is(notice(), 'no such thing');
});

test('the result of a password change is printed once lines are taken again', async (t) => {
  const { scope, notice } = await openChat(t);
  for (const [repeated, outcome] of [
    ['horse battery', /^the password is changed/],
    ['another', /begins again$/],
  ] as const) {
    let before: string | null = null;
    const hidden = async <T>(talk: (ask: (question: string) => Promise<string>) => Promise<T>): Promise<T> => {
      try {
        return await talk(async (question) => (question.startsWith('once more') ? repeated : 'horse battery'));
      } finally {
        before = notice();
      }
    };
    await new LineResults({ scope, renderer: rendererTo(() => {}), hidden, leave() {} }).run('.passwd', '');
    t.notRegex(before ?? '', outcome);
    t.regex(notice() ?? '', outcome);
  }
});

test('devices are listed a line each, and one is logged out by name', async (t) => {
  const client = new FakeClient();
  client.ownDevices.push(ownDevice({ device: 12, name: 'laptop', isNew: true }));
  const { said, calls } = await typeLines(['.devices', '.devices end laptop'], { client });
  t.regex(said[0] ?? '', /^desk, this one, 10\.0\.0\.7, added .*, number 7$/);
  t.regex(said[1] ?? '', /^new: laptop, .*, 10\.0\.0\.7, added .*, number 12$/);
  t.is(said[2], 'laptop is logged out');
  t.deepEqual(calls, [
    ['markDevicesSeen', 2],
    ['endDevice', 12],
  ]);
});
