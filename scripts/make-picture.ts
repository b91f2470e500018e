/** Writes docs/screen.svg (`npm run picture`): the built program in a real terminal, with a temporary daemon and three people. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import xterm, { type Terminal } from '@xterm/headless';
import type { Client } from '../src/client/api/client-api.ts';
import type { ConversationName, Message } from '../src/client/types.ts';
import { terminalSvg } from './terminal-svg.ts';

const root = new URL('../', import.meta.url);
const SIZE = { cols: 118, rows: 25 };
const PATIENCE_MS = 60_000;

// All programs of the picture live on its morning, this one included.
process.env.PICTURE_START = String(Date.now());
process.env.NODE_OPTIONS = `--import=${new URL('picture-clock.ts', import.meta.url).href}`;
process.env.TZ = 'UTC';
await import('./picture-clock.ts');
const { connect } = await import('../src/client/connect.ts');
const { startDaemonProcess } = await import('../src/cli/demo/daemon-process.ts');

// Its name can be read in the picture, which is to be the same every time.
const dir = join(tmpdir(), 'securechat-picture');
await mkdir(dir);
const daemon = await startDaemonProcess(join(dir, 'daemon'));
const people: Client[] = [];
try {
  const [alice, bob, carol] = await Promise.all([account('alice'), account('bob'), account('carol')]);
  people.push(bob, carol);
  const files = await makeFiles();
  await alice.safetyNumber('bob');
  await alice.setVerified('bob', true);
  await alice.close();

  const screen = openProgram();
  await screen.until((text) => text.includes('● online') && text.includes('● carol'));
  await say(0, bob, '#lobby', 'morning! the release is through: all green on the first try');
  await say(1, carol, '#lobby', 'nice. did the big archive survive the tunnel?');
  await say(2, bob, '#lobby', 'the train lost the link twice, and it went on where it stopped');
  await bob.upload('#lobby', files.notes);
  await minute(3);
  screen.type('reading them now. cake at four?\r');
  await screen.until((text) => /cake at four\? +✓/.test(text));
  await react(carol, 'cake at four?', '♥');
  await react(bob, 'cake at four?', '♥');
  await minute(4);
  await carol.upload('#lobby', files.photo);
  await say(5, carol, '#lobby', 'the harbour from the office, as promised');
  const cake = await find(bob, 'cake at four?');
  await bob.queue('#lobby', 'four is fine, I bring forks', { reply: cake });
  screen.type('.download release-notes.md\r');
  await screen.until((text) => text.includes('saved and checked'));
  await say(6, carol, '@alice', 'psst: it is her birthday, too');
  await say(7, bob, '#lobby', 'then two cakes. the daemon will never know');
  await screen.until((text) => /carol +1/.test(text) && text.includes('two cakes'));
  screen.type('and who brings the c');
  await screen.until((text) => text.includes('brings the c'));
  await writeFile(fileURLToPath(new URL('docs/screen.svg', root)), terminalSvg(screen.terminal, 'securechat'));
  screen.type('\x03\x03\x03');
  await screen.exited;
} finally {
  await Promise.allSettled(people.map((client) => client.close()));
  await daemon.stop();
  await rm(dir, { recursive: true, force: true });
}

function account(name: string): Promise<Client> {
  const ask = { trust: async () => false, password: async () => 'picture', progress() {} };
  return connect({
    server: daemon.join,
    user: name,
    ask,
    password: 'a picture of a chat',
    profile: join(dir, name),
    register: {},
  });
}

async function makeFiles(): Promise<{ notes: string; photo: string }> {
  const folder = join(dir, 'files');
  await mkdir(folder);
  await mkdir(join(dir, 'downloads'));
  const [notes, photo] = [join(folder, 'release-notes.md'), join(folder, 'harbour.jpg')];
  await writeFile(notes, Buffer.alloc(18_400, '# Release\n'));
  await writeFile(photo, Buffer.alloc(2_431_000, 7));
  return { notes, photo };
}

/** Minutes after ten o'clock in the picture. They are fixed, so that every run draws the same times. */
async function minute(count: number): Promise<void> {
  while (Date.now() < Date.UTC(2026, 10, 23, 10, count, 15)) await sleep(20);
}

async function say(at: number, client: Client, to: ConversationName, text: string): Promise<void> {
  await minute(at);
  await client.send(to, text);
}

async function react(client: Client, text: string, emoji: string): Promise<void> {
  await client.react(await find(client, text), emoji, true);
}

async function find(client: Client, text: string): Promise<Message> {
  const { messages } = await client.history('#lobby');
  const message = messages.find(({ body }) => body.kind !== 'file' && body.text.includes(text));
  if (message === undefined) throw new Error(`no message has the text: ${text}`);
  return message;
}

type Program = {
  terminal: Terminal;
  type(keys: string): void;
  until(ok: (text: string) => boolean): Promise<void>;
  exited: Promise<unknown>;
};

function openProgram(): Program {
  const terminal = new xterm.Terminal({ ...SIZE, allowProposedApi: true });
  const args = [fileURLToPath(new URL('bin/securechat.js', root)), '--server', daemon.join, '--user', 'alice'];
  const folders = ['--profile', join(dir, 'alice'), '--downloads', join(dir, 'downloads')];
  const env = { ...process.env, COLORTERM: 'truecolor', COLORFGBG: '15;0', LANG: 'en_GB.UTF-8', LC_ALL: 'en_GB.UTF-8' };
  const pty = spawn(process.execPath, [...args, ...folders], { ...SIZE, name: 'xterm-256color', env });
  pty.onData((data) => terminal.write(data));
  terminal.onData((data) => pty.write(data));
  const text = (): string =>
    Array.from(
      { length: SIZE.rows },
      (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
    ).join('\n');
  return {
    terminal,
    type: (keys) => pty.write(keys),
    async until(ok) {
      const end = performance.now() + PATIENCE_MS;
      while (!ok(text())) {
        if (performance.now() > end) throw new Error(`not seen:\n${text()}`);
        await sleep(50);
      }
      // Let the rest of the frame arrive.
      await sleep(300);
    },
    exited: new Promise((done) => pty.onExit(done)),
  };
}
