import test, { type ExecutionContext } from 'ava';
import { systemClock } from '../../../src/protocol/seams.ts';
import type { Drafts } from '../../../src/tui/drafts.ts';
import type { LineInput } from '../../../src/tui/plain/input.ts';
import { LineMode } from '../../../src/tui/plain/line-mode.ts';
import { defaultSettings } from '../../../src/tui/state.ts';
import { FakeClient } from '../helpers/fake-client.ts';
import { file, message, person } from '../helpers/messages.ts';

type Script = {
  client?: FakeClient;
  secrets?: string[];
  patience?: number;
  drafts?: Drafts | null;
  unattended?: boolean;
};

/** Line mode with these lines typed: what it says, and what the client was asked for. */
async function types(
  lines: string[],
  { client = new FakeClient(), secrets = [], patience = 200, drafts = null, unattended = false }: Script = {},
) {
  const said: string[] = [];
  const prompts: string[] = [];
  const asked = [...secrets];
  const input: LineInput = {
    async *lines() {
      yield* lines;
    },
    print() {},
    prompt: (text) => void prompts.push(text),
    secret: async () => asked.shift() ?? null,
    unattended,
    close() {},
  };
  const say = (line: string): void => void said.push(line);
  const mode = new LineMode({
    client,
    input,
    clock: systemClock,
    voice: { say, remark: say, message: (_, spoken) => spoken.forEach(say), gap: (_, line) => say(line) },
    drafts,
    settings: defaultSettings,
    downloads: '/downloads',
    receipts: false,
    patience,
  });
  // The program keeps itself alive while it waits; so does its test.
  const alive = setInterval(() => {}, 1000);
  const ended = await mode.run().then(
    () => null,
    (error: Error & { code?: string }) => error,
  );
  clearInterval(alive);
  const calls = client.calls.filter(([name]) => name !== 'history' && name !== 'markRead');
  return { said: said.slice(4), greeting: said.slice(0, 4), calls, prompts, ended, client, mode };
}

const queued = (to: string, text: string) => ['queue', to, text, {}];

async function refused(t: ExecutionContext, line: string, answer: RegExp): Promise<void> {
  const { said, calls } = await types([line]);
  t.deepEqual(calls, [], line);
  t.regex(said.join('\n'), answer, line);
}

test('it greets, and a plain line goes to everyone', async (t) => {
  const { greeting, calls, said, prompts, ended } = await types(['hello all', '', '   ']);
  t.deepEqual(greeting, [
    'you are alice at 127.0.0.1:65345',
    'online: bob',
    'you write to #lobby',
    '.help lists the commands, .exit leaves',
  ]);
  t.deepEqual(calls, [queued('#lobby', 'hello all')]);
  t.deepEqual(said, []);
  t.is(prompts[0], '#lobby> ');
  t.is(ended, null);
});

test('private lines, both of the ancestor’s ways, and lines that begin with a dot', async (t) => {
  const { calls } = await types([
    '@bob hi',
    '@bob:again',
    '..bashrc is a file',
    '//x',
    '... .5 of it',
    '.msg bob',
    '@bob, hi',
  ]);
  t.deepEqual(calls, [
    queued('@bob', 'hi'),
    queued('@bob', 'again'),
    queued('#lobby', '.bashrc is a file'),
    queued('#lobby', '/x'),
    queued('#lobby', '... .5 of it'),
    queued('@bob', '@bob, hi'),
  ]);
});

test('what looks like a command is never sent', async (t) => {
  await refused(
    t,
    '.flie secret.txt',
    /^unknown command \.flie: did you mean \.file\? one more \. in front makes it text$/,
  );
  await refused(t, '/nonsense', /^unknown command \/nonsense: \.help lists them, one more \/ in front makes it text$/);
  await refused(t, '.msg', /^usage: \.msg NAME \[TEXT\]$/);
  await refused(t, '@nobody hi', /^nobody is called nobody: \.users names everyone$/);
  await refused(t, '@bob, hi', /^not sent: @bob TEXT is for bob alone, bob: TEXT is for everybody in #lobby$/);
  await refused(t, '.msg nobody hi', /^nobody is called nobody/);
  await refused(t, '.join #nowhere', /^there is no room #nowhere here$/);
  await refused(t, 'x'.repeat(4097), /^too long: 4,097 bytes, a message holds 4,096$/);
  await refused(t, '.theme dark', /^\.theme is for the screen/);
  await refused(t, '.passwd', /needs a terminal/);
});

test('from a pipe, a line that was to be sent and was not is told by the end; a person saw it', async (t) => {
  for (const line of ['@nobody hi', 'x'.repeat(4097)]) {
    t.is((await types([line, 'and this'], { unattended: true })).ended?.code, 'refused');
    t.is((await types([line, 'and this'])).ended, null);
  }
  t.is((await types(['.flie', '.help'], { unattended: true })).ended, null);
});

test('what is no emoji is refused in a sentence, also when it is the last line', async (t) => {
  const client = new FakeClient();
  client.fill('#lobby', 1);
  const { said, calls } = await types(['.react nonsense'], { client });
  t.deepEqual(calls, []);
  t.is(said.at(-1), 'nonsense is no emoji: .react :smile: and Tab offers them by name');
});

test('lines keep their order, and the open conversation is where they go', async (t) => {
  const { calls, said, prompts } = await types(['/msg bob one', 'two', '.join lobby', 'three']);
  t.deepEqual(calls, [queued('@bob', 'one'), queued('@bob', 'two'), queued('#lobby', 'three')]);
  t.deepEqual(said, ['you write to @bob', 'you write to #lobby']);
  t.deepEqual([...new Set(prompts)], ['#lobby> ', '@bob> ']);
});

test('.exit takes no more lines', async (t) => {
  const { calls, ended } = await types(['.exit', 'not sent']);
  t.deepEqual(calls, []);
  t.is(ended, null);
});

test('what was not read is told, counted as read, and long arrears are named', async (t) => {
  const client = new FakeClient();
  client.fill('#lobby', 60, (seq) => ({ text: `line ${seq}`, from: 'bob' }));
  const { greeting, said } = await types(['.users'], { client });
  const all = [...greeting, ...said];
  t.true(all.includes('10 older unread messages in #lobby: securechat history #lobby'));
  t.is(all.filter((line) => line.startsWith('bob: line')).length, 50);
  t.is(
    all.findLast((line) => line.startsWith('bob: line')),
    'bob: line 60',
  );
  t.is(client.readPositions.get('#lobby'), 60);
});

test('a changed key stops what is written, and .verify leads on', async (t) => {
  const changed = (): FakeClient => {
    const client = new FakeClient();
    client.everybody = [person('alice'), person('bob', { changedTo: 'cd'.repeat(32) })];
    return client;
  };
  const blocked = await types(['@bob hi', '.msg bob hi', '.verify bob same'], { client: changed() });
  t.deepEqual(blocked.calls, []);
  t.is(blocked.said.filter((line) => line.startsWith("bob's key changed: .verify bob")).length, 3);
  const accepted = await types(['.verify bob', '.verify bob accept', '@bob hi'], { client: changed() });
  t.deepEqual(accepted.calls, [['acceptKey', 'bob'], queued('@bob', 'hi')]);
  t.regex(accepted.said[0] ?? '', /^your number with bob: (\d{5} ){11}\d{5}$/);
});

test('a key is marked only by saying so', async (t) => {
  const { calls, said } = await types([
    '.verify bob',
    'yes',
    '.verify bob maybe',
    '.verify bob same',
    '.verify bob same',
  ]);
  t.deepEqual(calls, [queued('#lobby', 'yes'), ['setVerified', 'bob', true]]);
  t.is(said.filter((line) => line === 'bob is marked as verified').length, 2);
});

test('files are sent, listed by their whole name and fetched', async (t) => {
  const client = new FakeClient();
  const name = 'a very long name of a photograph from the summer of last year.jpeg';
  client.allFiles = [file({ name }), file({ id: 'f2', name: 'twice', from: 'bob' }), file({ id: 'f3', name: 'twice' })];
  const { calls, said } = await types(
    ['.file /tmp/x.bin', '.list_files', `.download ${name}`, '.download twice', '.download f3', '.download none'],
    { client },
  );
  t.deepEqual(calls, [
    ['upload', '#lobby', '/tmp/x.bin'],
    ['download', 'f1', '/downloads'],
    ['download', 'f3', '/downloads'],
  ]);
  t.true(said.some((line) => line.startsWith(`${name}, 1.23 MB, from bob`)));
  t.true(said.some((line) => line.includes('2 files are called "twice"')));
  t.true(said.some((line) => line.includes('there is no file "none"')));
});

test('transfers of an earlier start are told and gone on with', async (t) => {
  const client = new FakeClient();
  const about = { direction: 'up', conversation: '@bob', size: 100, done: 40, rate: 0, state: 'paused' } as const;
  client.begun = [
    { ...about, id: 't1', name: 'one', note: null },
    { ...about, id: 't2', name: 'two', note: 'the program ended in the middle of it' },
  ];
  const { said, calls, ended } = await types(['.transfers', '.resume', '.cancel one'], { client });
  t.deepEqual(said.slice(0, 3), [
    '1 transfer was cut off: .resume goes on with it',
    'sending one: 40 %, paused',
    'sending two: 40 %, paused: the program ended in the middle of it',
  ]);
  t.deepEqual(calls, [
    ['resume', 't2'],
    ['drop', 't1'],
  ]);
  t.true(said.includes('one is cancelled'));
  t.is(ended, null);
});

test('own messages are changed and deleted, those of others answered', async (t) => {
  const client = new FakeClient();
  client.store.set('#lobby', [
    message({ seq: 1, id: 'theirs', text: 'who?' }),
    message({ seq: 2, id: 'mine', from: 'alice', text: 'me' }),
  ]);
  const { calls, said } = await types(['.reply you', '.edit', '.delete', '.search who'], { client });
  t.deepEqual(calls[0], ['queue', '#lobby', 'you', { reply: 'theirs' }]);
  t.is(calls[1]?.[0], 'remove');
  t.true(said.includes('usage: .edit TEXT'));
  t.true(said.some((line) => /, bob in #lobby: who\?$/.test(line)));
});

test('passwords are asked without echo', async (t) => {
  const done = await types(['.passwd'], { secrets: ['old', 'long enough', 'long enough'] });
  t.deepEqual(done.calls, [['passwd', 'old', 'long enough']]);
  const differs = await types(['.passwd'], { secrets: ['old', 'long enough', 'other'] });
  t.deepEqual(differs.calls, []);
  t.deepEqual(differs.said, ['the two passwords differ']);
});

test('the end waits for what is under way, as long as there is hope', async (t) => {
  const slow = new FakeClient();
  slow.stuck = true;
  setTimeout(() => {
    slow.settle(message({ id: 'q1', from: 'alice', seq: null, text: 'hi', state: 'sending' }));
  }, 150);
  t.is((await types(['hi'], { client: slow })).ended, null);

  const cut = new FakeClient();
  cut.stuck = true;
  cut.link = { state: 'waiting', retryAt: 0, reason: 'no route' };
  const { ended } = await types(['hi'], { client: cut, patience: 100 });
  t.is(ended?.code, 'unreachable');
  t.regex(ended?.message ?? '', /waits in the outbox/);

  const refusing = new FakeClient();
  refusing.stuck = true;
  setTimeout(() => {
    refusing.settle(message({ id: 'q1', from: 'alice', seq: null, text: 'hi', state: 'sending' }), 'failed');
  }, 50);
  const after = await types(['hi'], { client: refusing });
  t.is(after.ended?.code, 'refused');
  t.true(after.said.some((line) => line.startsWith('not sent to #lobby: the daemon refused it')));
});

test('away is told, ends with what is written, and .users says whose it is', async (t) => {
  const client = new FakeClient();
  client.everybody = [person('alice'), person('bob', { away: true }), person('carol', { online: false })];
  const { calls, said } = await types(['.away', '.users', 'hello', '.away maybe'], { client });
  t.deepEqual(calls, [['away', true], queued('#lobby', 'hello'), ['away', false]]);
  t.regex(said[0] ?? '', /^you are away/);
  t.true(said.includes('bob, away'));
  t.true(said.includes('carol, offline'));
  t.deepEqual(said.slice(-2), ['you are no longer away', 'usage: .away [on|off]']);
});

test('nobody is told of typing, neither here nor there', async (t) => {
  const { calls, said } = await types(['.msg bob', 'hello', '.typing on']);
  t.deepEqual(calls, [queued('@bob', 'hello')]);
  t.is(said.at(-1), 'line mode tells nobody that you write, and does not tell you who does');
});

test('Tab knows names and commands', async (t) => {
  const { mode } = await types([]);
  t.deepEqual(mode.complete('.down'), ['.download ']);
  t.deepEqual(mode.complete('@bo'), ['@bob ']);
  t.deepEqual(mode.complete('.msg c'), ['.msg carol ']);
});

test('.help has a line for every command that is not for eyes', async (t) => {
  const { said } = await types(['.help']);
  t.true(said.includes('.file PATH: send a file to the open conversation'));
  t.false(said.some((line) => line.startsWith('.theme') || line.startsWith('.bare')));
  t.false(said.some((line) => line.includes('  ')));
});

test('.mute and .block are the screen’s', async (t) => {
  const { said, calls } = await types([
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
    'carol is blocked on this device: .block carol takes it back',
    'blocked on this device: carol; .block NAME takes it back',
    'bob, online, muted',
    'carol, offline, blocked',
    'carol is blocked here: .block carol takes it back before you write',
    'you write to @carol',
    'carol is blocked here: .block carol again shows what was said',
    'carol is blocked here: .block carol takes it back before you write',
  ]);
});

/** One who kept these lists, and arrears of each sort. */
function quiet(): { client: FakeClient; drafts: Drafts } {
  const client = new FakeClient();
  client.fill('#lobby', 2, (seq) => ({ from: seq === 1 ? 'bob' : 'carol', text: `all ${seq}` }));
  client.fill('@bob', 2, (seq) => ({ from: 'bob', to: 'alice', text: `bob ${seq}` }));
  client.fill('@carol', 2, (seq) => ({ from: 'carol', to: 'alice', text: `carol ${seq}` }));
  const kept = { drafts: {}, muted: ['@carol'], blocked: ['bob'] };
  return { client, drafts: { follow: () => kept, settle: async () => {} } as unknown as Drafts };
}

test('what is muted or blocked is not told at the start, nor read', async (t) => {
  const { client, drafts } = quiet();
  const { greeting, said } = await types(['.rooms'], { client, drafts });
  const all = [...greeting, ...said];
  t.deepEqual(
    all.filter((line) => / \d$/.test(line)),
    ['carol: all 2'],
  );
  t.true(all.includes('nobody else is online'));
  t.is(client.readPositions.get('#lobby'), 2);
  t.false(client.readPositions.has('@bob') || client.readPositions.has('@carol'));
});

test('it is told when it is opened, or no longer muted or blocked', async (t) => {
  const told = async (...lines: string[]) => {
    const { said } = await types(lines, quiet());
    return said.filter((line) => /^(bob|carol) to you/.test(line));
  };
  const carols = ['carol to you: carol 1', 'carol to you: carol 2'];
  t.deepEqual(await told('.msg carol'), carols);
  t.deepEqual(await told('.mute carol'), carols);
  t.deepEqual(await told('.msg bob'), []);
  t.deepEqual(await told('.block bob', '.msg bob', '.msg carol', '.mute carol'), [
    'bob to you: bob 1',
    'bob to you: bob 2',
    ...carols,
  ]);
});

test('of a muted room what names me is told at once, the rest when it is opened, and none of it twice', async (t) => {
  const client = new FakeClient();
  client.fill('#other', 3, (seq) => ({ from: 'carol', text: seq === 2 ? 'look, @alice' : `chatter ${seq}` }));
  const kept = { drafts: {}, muted: ['#other'], blocked: [] };
  const drafts = { follow: () => kept, settle: async () => {} } as unknown as Drafts;
  const { greeting, said } = await types(['.join #other'], { client, drafts });
  t.deepEqual(
    [...greeting, ...said].filter((line) => line.startsWith('carol')),
    ['carol in #other: look, @alice', 'carol: chatter 1', 'carol: chatter 3'],
  );
});
