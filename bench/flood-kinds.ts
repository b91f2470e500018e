/** The kinds of floods of floods.ts: what one hostile link does again and again until the flood is over. */
import { randomBytes } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { SegmentLayout } from '../src/daemon/files/segment-layout.ts';
import { privateConversationId } from '../src/protocol/sealed/note.ts';
import { encodeRequest } from '../src/protocol/wire/codec.ts';
import { floodsOfOne } from './flood-one.ts';
import {
  addressOf,
  cardOf,
  daemonId,
  flooder,
  LINKS,
  logInWithRetry,
  noteMaker,
  openLink,
  openSocket,
} from './flood-people.ts';
import { type Flood, PUMP_MS, repeat, requests } from './flood-requests.ts';

const whispers = requests(200, async (index) => {
  const to = flooder((index + 1) % LINKS);
  const make = await noteMaker(flooder(index), to);
  return (n) => encodeRequest(n, 'whisper', { to, note: make(n), file: null });
});
/** Most notes skip ahead in their chain; one in 2,000 is random bytes, so that the daemon closes the link. */
const brokenNotes = requests(200, async (index) => {
  const to = flooder((index + 1) % LINKS);
  const make = await noteMaker(flooder(index), to);
  return (n) =>
    encodeRequest(n, 'whisper', { to, note: n % 2_000 === 0 ? randomBytes(1_000) : make(n + 2), file: null });
});

/** Requests long answers and reads none of them. */
const slowReaders: Flood = async (port, index, governor) => {
  const { link, socket } = await logInWithRetry(port, flooder(index), addressOf(index));
  socket.pause();
  socket.removeAllListeners('data');
  const bytes = encodeRequest(1, 'people', { after: null });
  for (let sent = 0; !governor.over && sent < 2_000; sent += 20) {
    for (let i = 0; governor.mayGo && i < 20; i++) link.send(bytes);
    await after(20);
  }
  while (!governor.over) await after(20);
  socket.destroy();
};

const uploads: Flood = async (port, index, governor) => {
  const { calls, link } = await logInWithRetry(port, flooder(index), addressOf(index));
  const [mine, theirs] = [
    (await cardOf(flooder(index))).card.idFp,
    (await cardOf(flooder((index + 1) % LINKS))).card.idFp,
  ];
  const [size, segSize] = [4 * 1024 * 1024, 262_144];
  const layout = new SegmentLayout(size, segSize);
  const bytes = randomBytes(layout.step);
  while (!governor.over) {
    const conversation = privateConversationId(daemonId, mine, theirs);
    const file = randomBytes(16);
    const { transfer, window } = await calls.request('upload-open', {
      file,
      conversation,
      size,
      segSize,
    });
    for (let segment = 0; segment < Math.min(window, layout.count) && !governor.over; segment++) {
      while (!governor.mayGo && !governor.over) await after(PUMP_MS);
      await link.drained();
      link.sendSegment(transfer, segment, bytes.subarray(0, layout.length(segment)));
    }
    await calls.request('transfer-end', { transfer });
    await calls.request('upload-drop', { file });
  }
  link.destroy();
};

const junk: Flood = async (port, index, governor) => {
  while (!governor.over) {
    const opened = await openLink(port, addressOf(index)).catch(() => null);
    opened?.socket.write(randomBytes(65_536));
    await Promise.race([new Promise((resolve) => opened?.socket.once('close', resolve)), after(500)]);
    opened?.socket.destroy();
    while (!governor.mayGo && !governor.over) await after(PUMP_MS);
    await after(50);
  }
};

const halfOpen: Flood = async (port, index, governor) => {
  while (!governor.over) {
    const socket = openSocket(port, addressOf(index));
    await Promise.race([new Promise((resolve) => socket.once('close', resolve)), after(1_000)]);
    socket.destroy();
    while (!governor.mayGo && !governor.over) await after(PUMP_MS);
  }
};

/** Sends pings byte by byte, each byte in a packet of its own. */
const byteAtATime: Flood = async (port, index, governor) => {
  const left: number[] = [];
  let write: (bytes: Uint8Array) => void = () => {};
  const { calls, socket } = await logInWithRetry(port, flooder(index), addressOf(index));
  const real = socket.write.bind(socket);
  write = (bytes) => void real(bytes);
  socket.write = ((bytes: Uint8Array) => {
    left.push(...bytes);
    return true;
  }) as typeof socket.write;
  void calls.request('ping', {}).catch(() => {});
  while (!governor.over && !socket.destroyed) {
    while (!governor.mayGo && !governor.over) await after(PUMP_MS);
    const byte = left.shift();
    if (byte === undefined) void calls.request('ping', {}).catch(() => {});
    else write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.destroy();
};

/** Sends nothing and only burns CPU: shows the effect of the busy core alone. */
const nothing: Flood = async (_port, _index, governor) => {
  while (!governor.over) {
    for (const end = performance.now() + 1; governor.mayGo && performance.now() < end; );
    await after(PUMP_MS);
  }
};

export const floods: { [kind: string]: Flood } = {
  nothing,
  'slow readers': slowReaders,
  pings: repeat(1_500, 'ping', {}),
  whispers,
  people: repeat(50, 'people', { after: null }),
  uploads,
  typing: repeat(1_500, 'typing', { to: 'bob' }),
  'broken notes': brokenNotes,
  cards: repeat(500, 'cards', { name: 'bob', from: 0 }),
  members: requests(200, async (_index, room) => {
    const bytes = encodeRequest(1, 'members', { room, after: null });
    return () => bytes;
  }),
  junk,
  'half-open': halfOpen,
  'byte at a time': byteAtATime,
  ...floodsOfOne,
};
