/** One client that does not read or transfers much, and other clients beside it, over real sockets. */
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { SegmentLayout } from '../../src/daemon/files/segment-layout.ts';
import { openCard } from '../../src/protocol/account/card.ts';
import { MAX_TEXT_BYTES } from '../../src/protocol/base/safe-text.ts';
import { privateConversationId } from '../../src/protocol/sealed/note.ts';
import {
  connectTo,
  freshCard,
  loggedInClient,
  login,
  type TestClient,
  testDaemonId,
} from '../helpers/client/client.ts';
import { startDaemon } from '../helpers/daemon/daemon.ts';
import { noteMaker } from '../helpers/protocol/notes.ts';

const MIB = 1024 * 1024;

/** Sends pings until `done`. @returns the ms of each answer, sorted */
async function pingUntil(client: TestClient, done: Promise<unknown>): Promise<number[]> {
  let over = false;
  void done.finally(() => {
    over = true;
  });
  const waits: number[] = [];
  while (!over) {
    const before = performance.now();
    await client.request('ping', {});
    waits.push(performance.now() - before);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return waits.sort((a, b) => a - b);
}

function median(sorted: number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

test.serial(
  'a client that does not read is closed at its queue limit, and the others are served meanwhile',
  async (t) => {
    const daemon = await startDaemon(t);
    const alice = await loggedInClient(t, daemon, 'alice');
    const bob = await loggedInClient(t, daemon, 'bob');
    const carol = await loggedInClient(t, daemon, 'carol');
    const make = await noteMaker('alice', 'bob', { kind: 'text', text: 'x'.repeat(MAX_TEXT_BYTES) });
    bob.socket.pause();
    bob.socket.removeAllListeners('data');
    let closed = false;
    const closing = daemon
      .line(({ reason }) => reason === 'send queue is full')
      .then((line) => {
        closed = true;
        return line;
      });
    let sent = 0;
    const flood = async () => {
      for (let n = 1; !closed; n += 50) {
        const few = Array.from({ length: 50 }, (_, index) => make(n + index));
        await Promise.all(few.map((note) => alice.request('whisper', { to: 'bob', note, file: null })));
        sent += few.reduce((sum, note) => sum + note.length, 0);
      }
    };
    const started = performance.now();
    const waits = await pingUntil(carol, flood());
    const ms = performance.now() - started;
    t.like(await closing, { evt: 'input_validation_fail', code: 'link' });
    t.true(sent > 8 * MIB, 'not before the limit');
    t.true(waits.length > 10);
    t.true(median(waits) < ms / 20, `${median(waits)} ms for a ping, ${ms} ms in all`);
    bob.socket.resume();
    await bob.ended;
    const again = await connectTo(t, daemon);
    await login(again, 'bob', 'pw', 2);
    const conversation = privateConversationId(
      testDaemonId,
      openCard(await freshCard('alice')).idFp,
      openCard(await freshCard('bob')).idFp,
    );
    const range = { conversation, after: 0, before: null, limit: 3, newest: false, kinds: null };
    t.is((await again.request('fetch', range)).entries.length, 3, 'nothing was lost by it');
    t.true((await alice.request('ping', {})).at > 0);
  },
);

test.serial('messages pass beside a large transfer, on the same link and on another', async (t) => {
  const daemon = await startDaemon(t);
  const alice = await loggedInClient(t, daemon, 'alice');
  const carol = await loggedInClient(t, daemon, 'carol');
  const size = 96 * MIB;
  const segSize = 262_144;
  const layout = new SegmentLayout(size, segSize);
  const file = randomBytes(16);
  const conversation = privateConversationId(
    testDaemonId,
    openCard(await freshCard('alice')).idFp,
    openCard(await freshCard('carol')).idFp,
  );
  const opened = await alice.request('upload-open', { file, conversation, size, segSize });
  let { window } = opened;
  let wake = () => {};
  alice.calls.listen((event) => {
    if (event.method !== 'stored') return;
    window = event.params.window;
    wake();
  });
  const bytes = randomBytes(layout.length(0));
  const upload = async () => {
    for (let index = 0; index < layout.count; index++) {
      while (index >= window) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      await alice.link.drained();
      alice.link.sendSegment(opened.transfer, index, bytes.subarray(0, layout.length(index)));
    }
    await alice.request('upload-finish', { transfer: opened.transfer });
  };
  const started = performance.now();
  const uploading = upload();
  const [own, other] = await Promise.all([pingUntil(alice, uploading), pingUntil(carol, uploading), uploading]);
  const ms = performance.now() - started;
  for (const waits of [own, other]) {
    t.true(waits.length >= 5);
    t.true(median(waits) < ms / 10, `${median(waits)} ms for a ping, ${ms} ms for the file`);
  }
});
