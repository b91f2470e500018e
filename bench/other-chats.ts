/** weechat and irssi, if they are installed, in a pty of the same size with a minimal IRC server: for comparison. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHANNEL = '#bench';
const NICK = 'bench';

/** A minimal IRC server for one client: joins it to a channel and sends messages there. */
export type IrcServer = {
  port: number;
  joined: Promise<void>;
  /** Sends this many messages a second from now on. 0 stops. */
  talk(perSecond: number): void;
  close(): void;
};

export async function ircServer(): Promise<IrcServer> {
  const joined = Promise.withResolvers<void>();
  let client: Socket | null = null;
  const server = createServer((socket) => {
    client = socket;
    socket.setEncoding('utf8').on('error', () => {});
    socket.on('data', (text: string) => {
      if (/^PING (.*)$/m.test(text)) socket.write(`:irc PONG irc ${/^PING (.*)$/m.exec(text)?.[1]}\r\n`);
      if (/^CAP LS/m.test(text)) socket.write(':irc CAP * LS :\r\n');
      if (!/^USER /m.test(text)) return;
      socket.write(`:irc 001 ${NICK} :hello\r\n:irc 422 ${NICK} :no motd\r\n:${NICK}!b@b JOIN ${CHANNEL}\r\n`);
      socket.write(`:irc 353 ${NICK} = ${CHANNEL} :${NICK} bob\r\n:irc 366 ${NICK} ${CHANNEL} :end\r\n`);
      joined.resolve();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  let timer: NodeJS.Timeout | undefined;
  let count = 0;
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    joined: joined.promise,
    talk(perSecond) {
      clearInterval(timer);
      if (perSecond === 0) return;
      timer = setInterval(() => {
        for (let i = 0; i < perSecond / 50; i++)
          client?.write(`:bob!b@b PRIVMSG ${CHANNEL} :message ${++count} that says a little more than nothing\r\n`);
      }, 20);
    },
    close() {
      clearInterval(timer);
      client?.destroy();
      server.close();
    },
  };
}

export type OtherChat = { name: string; argv(port: number, home: string): string[]; afterJoin: string };

export const otherChats: readonly OtherChat[] = [
  {
    name: 'irssi',
    argv: (port, home) => [`--home=${home}`, '-c', '127.0.0.1', '-p', String(port), '-n', NICK],
    // Switches to its second window, the channel.
    afterJoin: '\x1b2',
  },
  {
    name: 'weechat',
    argv: (port, home) => ['-d', home, `irc://${NICK}@127.0.0.1:${port}/${CHANNEL}`],
    afterJoin: `/buffer irc.127.0.0.1.${CHANNEL}\r`,
  },
];

export function isInstalled(name: string): boolean {
  return spawnSync(name, ['--version']).status === 0;
}

/** Calls `use` with a temporary home folder and deletes it afterwards. */
export async function withHome<T>(name: string, use: (home: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), `securechat-bench-${name}-`));
  try {
    return await use(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
