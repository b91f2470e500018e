/** The real screen on a real terminal with a fake client, for tests and for trying it out. The first argument is the scene. */
import { systemClock } from '../../../src/platform/clock.ts';
import { defaultSettings } from '../../../src/tui/state/state.ts';
import { setChalkLevel, themeFor } from '../../../src/tui/state/theme.ts';
import { FakeClient } from './fake-client.ts';
import { file, person, transfer } from './messages.ts';

const [scene = 'talk', count = '200'] = process.argv.slice(2);
const terminalTheme = themeFor(process.env);
setChalkLevel(terminalTheme, process.env);
const { runStage } = await import('../../../src/tui/stage.tsx');

const client = new FakeClient();
const now = Date.now();
client.everybody = [
  person('alice'),
  person('bob', { verified: true }),
  person('carol', { online: false }),
  person('dave'),
  person('mallory', { changedTo: 'cd'.repeat(32) }),
  person('Зоя'),
];
const lines = [
  'Morning! Did the new build get through?',
  'it did, all green; the transfer of the big archive resumed after I pulled the cable, which was nice to see',
  'nice',
  'and with 漢字 and emoji 👩‍👩‍👧 🙂 the columns stay in line',
  'two lines:\nthe second one of them, which is rather long so that it wraps at the edge of the pane and goes on below',
  'see https://example.org/a/page for more',
];
client.fill('#lobby', Number(count), (seq) => ({
  text: lines[seq % lines.length] ?? '',
  from: ['bob', 'bob', 'carol', 'alice', 'Зоя', 'dave'][seq % 6] ?? 'bob',
  at: now - (Number(count) - seq) * 40_000,
  ...(seq % 11 === 0 ? { reactions: { '👍': ['bob', 'dave'], '🎉': ['carol'] } } : {}),
  ...(seq % 13 === 0 ? { edited: true } : {}),
  ...(seq % 6 === 3 ? { state: 'delivered' as const } : {}),
}));
client.fill('@bob', 3, (seq) => ({
  text: `private ${seq}`,
  from: seq === 2 ? 'alice' : 'bob',
  to: 'x',
  at: now - 100_000 + seq * 1000,
}));
client.lock = { after: null };
client.readPositions.set('#lobby', Math.max(0, Number(count) - 4));
client.allFiles = [
  file({ id: 'f1', at: now - 4_000_000, name: 'release-notes.pdf' }),
  file({
    id: 'f2',
    at: now - 90_000,
    from: 'dave',
    name: 'a very long name of a photograph from the summer.jpeg',
    size: 4_123_000,
  }),
  file({ id: 'f3', at: now - 9_000_000, from: 'Зоя', name: '漢字.txt', size: 1234 }),
];

if (scene.startsWith('rate:')) {
  let seq = Number(count);
  const perTick = Number(scene.slice(5)) / 50;
  setTimeout(() => {
    setInterval(() => {
      for (let i = 0; i < perTick; i++)
        client.receive({ text: `arriving ${++seq}`, from: seq % 2 ? 'bob' : 'carol', at: Date.now() });
    }, 20);
  }, 1000);
}
if (scene === 'flood') {
  let seq = Number(count);
  setTimeout(() => {
    const timer = setInterval(() => {
      for (let i = 0; i < 10; i++)
        client.receive({ text: `flood ${++seq}`, from: seq % 2 ? 'bob' : 'carol', at: Date.now() });
      if (seq >= Number(count) + 3000) {
        clearInterval(timer);
        client.receive({ text: 'flood over', at: Date.now() });
      }
    }, 10);
  }, 500);
}
if (scene === 'transfers') {
  let done = 0;
  setInterval(() => {
    done = Math.min(9_000_000, done + 100_000);
    client.emit({
      type: 'transfer',
      transfer: transfer({
        name: 'archive.tar.gz',
        size: 9_000_000,
        done,
        rate: 1_000_000,
        state: done < 9_000_000 ? 'running' : 'done',
      }),
    });
  }, 100);
}
if (scene === 'offline')
  setTimeout(
    () =>
      client.emit({
        type: 'link',
        link: { state: 'waiting', retryAt: Date.now() + 20_000, reason: 'connection lost' },
      }),
    300,
  );
if (scene === 'changed')
  setTimeout(
    () =>
      client.emit({
        type: 'link',
        link: {
          state: 'closed',
          reason: `the key is not the one you trust: ${'31ee'.repeat(40)}`,
          code: 'key-changed',
        },
      }),
    300,
  );
if (scene === 'crash')
  setTimeout(() => {
    throw new Error('a mistake');
  }, 700);

// Timers do not keep the process alive; an open screen does, as in program.ts.
setInterval(() => {}, 0x7fffffff);
process.exitCode = await runStage({
  stdin: process.stdin,
  stdout: process.stdout,
  clock: systemClock,
  backend: {
    greet: async () => ({
      offered: {
        address: '127.0.0.1:65345',
        fingerprint: 'ef'.repeat(32),
        words: 'acorn basin cobra delta ember fjord gusto haven',
      },
      names: [],
    }),
    connect: async ({ ask }) => {
      for (const step of ['keys', 'connect', 'login', 'vault', 'sync'] as const) {
        ask.progress(step);
        await new Promise((done) => setTimeout(done, 100));
      }
      return client;
    },
    startServer: async () => ({ link: 'securechat://127.0.0.1:65345', dir: '/data', log: '/log', pid: 1 }),
  },
  drafts: null,
  settings: defaultSettings,
  terminalTheme,
  survey: null,
  isFar: false,
  downloads: '/tmp',
  defaultServer: '127.0.0.1:65345',
  profile: undefined,
  server: undefined,
  user: undefined,
  client: scene === 'login' ? null : async () => client,
  notice: null,
  log: process.env.SCREEN_LOG ?? null,
});
process.exit();
