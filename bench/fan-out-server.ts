/** The server of fan-out.ts: sends each message to all links. It runs in a process of its own, so that its CPU time can be measured. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Broadcasts } from '../src/daemon/sessions/broadcasts.ts';
import { systemClock } from '../src/platform/clock.ts';
import { systemRandom } from '../src/platform/random.ts';
import { inlineRsa } from '../src/protocol/crypto/rsa-pool.ts';
import { acceptLink } from '../src/protocol/link/link-setup.ts';
import { encodeEvent } from '../src/protocol/wire/codec.ts';
import { fixtureKey, fixtureSealKey } from '../test/fixtures/keys.ts';

const room = new Uint8Array(32).fill(1);
/** The size of a sealed room message with a short text: header, padded text and signature. */
const MESSAGE_BYTES = 680;
const MAX_QUEUED = 8 * 2 ** 20;

const [, , mode] = process.argv;

/** The event that the daemon sends for a room message. Its first bytes are those of the sender. */
function eventOf(seq: number, said: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(MESSAGE_BYTES);
  bytes.set(said);
  const entry = { seq, at: Date.now(), kind: 'message', from: 'alice', bytes, file: null } as const;
  return encodeEvent('posted', { conversation: room, with: null, entry: { ...entry, keys: [] } });
}

function serveBare(): (socket: Socket) => void {
  const sockets = new Set<Socket>();
  let seq = 0;
  let pending: Uint8Array[] = [];
  const flush = () => {
    const bytes = Buffer.concat(pending);
    pending = [];
    for (const socket of sockets) socket.write(bytes);
  };
  return (socket) => {
    sockets.add(socket);
    // Tells the client that the server has accepted the connection.
    socket.write(Uint8Array.of(0));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 8) {
        const event = eventOf(++seq, chunk.subarray(at, at + 8));
        const length = Buffer.alloc(4);
        length.writeUInt32BE(event.length);
        pending.push(length, event);
        if (pending.length === 2) setImmediate(flush);
      }
    });
  };
}

function serveLinks(broadcast: boolean): (socket: Socket) => void {
  const keys = { link: fixtureSealKey('daemon-link'), sign: fixtureKey('daemon-sign') };
  const broadcasts = new Broadcasts({ clock: systemClock, random: systemRandom });
  broadcasts.open(room, new Set(['alice']));
  const members = new Set<{ send(event: Uint8Array): void }>();
  let seq = 0;
  return async (socket) => {
    const link = await acceptLink(socket, {
      keys,
      rejectKey: new Uint8Array(32),
      daemonId: new Uint8Array(32),
      rsa: inlineRsa,
      software: 'bench',
      maxQueuedBytes: MAX_QUEUED,
    });
    link.loggedIn();
    const member = { name: 'alice', link, send: (event: Uint8Array) => link.send(event) };
    members.add(member);
    if (broadcast) broadcasts.enter(member);
    link.onClose = () => {
      members.delete(member);
      if (broadcast) broadcasts.leave(member, false);
    };
    link.onMessage = (said) => {
      const event = eventOf(++seq, said);
      // The daemon, too, sends events after the pending answers.
      setImmediate(() => {
        if (broadcast) broadcasts.post(room, event);
        else for (const one of members) one.send(event);
      });
    };
  };
}

process.on('message', () => process.send?.(process.cpuUsage()));
const server = createServer({ noDelay: true }, mode === 'bare' ? serveBare() : serveLinks(mode === 'broadcast'));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
