/** The handshake and the records with 10,000 mutations each: nothing changed is accepted. */
import { Readable } from 'node:stream';
import test from 'ava';
import { systemClock } from '../../src/platform/clock.ts';
import { equal, utf8, Writer } from '../../src/protocol/base/bytes.ts';
import type { ExactReader } from '../../src/protocol/link/exact-reader.ts';
import { exactReader } from '../../src/protocol/link/exact-reader.ts';
import {
  answerHello,
  encodeGreeting,
  startHandshake,
  takeGreeting,
  takeHello,
  takeReply,
} from '../../src/protocol/link/handshake.ts';
import { LinkReader } from '../../src/protocol/link/link-reader.ts';
import { decodeDaemonParameters, encodeParameters } from '../../src/protocol/link/parameters.ts';
import { RecordSealer } from '../../src/protocol/link/record.ts';
import { LARGE_RECORD, recordLimits, recordType } from '../../src/protocol/link/record-format.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { daemonId, daemonKeys, fingerprint } from '../helpers/protocol/link-pair.ts';
import { cheapRsa, fuzz } from './fuzz.ts';

const random = (size: number) => new Uint8Array(size).fill(5);

/** Reads from `bytes`, and counts the rest. */
function reading(bytes: Uint8Array): { take: ExactReader; left: () => number } {
  let at = 0;
  const inner = exactReader(Readable.from([Buffer.from(bytes)], { objectMode: false }));
  return {
    take: async (size) => {
      const taken = await inner(size);
      at += size;
      return taken;
    },
    left: () => bytes.length - at,
  };
}

test('handshake: no changed greeting, hello or reply is accepted', async (t) => {
  const rsa = cheapRsa();
  const greetingBytes = encodeGreeting(daemonKeys);
  const greeting = await takeGreeting(reading(greetingBytes).take);
  const parameters = encodeParameters({ messages: 1, software: 'daemon 1', time: 1_700_000_000_000 }, daemonId);
  const say = () => startHandshake({ random, greeting, expect: fingerprint });
  const answering = { rsa, keys: daemonKeys, rejectKey: random(32), parameters };
  const { hello } = say();
  const answered = await answerHello(await takeHello(reading(hello).take), answering);
  // Bytes after a piece belong to the next one.
  await fuzz(
    t,
    [greetingBytes],
    async (bytes) => {
      const { take, left } = reading(bytes);
      return equal((await takeGreeting(take)).fingerprint, fingerprint) && left() === 0;
    },
    1 / 3,
  );
  await fuzz(
    t,
    [hello],
    async (bytes) => {
      const { take, left } = reading(bytes);
      await answerHello(await takeHello(take), answering);
      return left() === 0;
    },
    1 / 3,
  );
  await fuzz(
    t,
    [answered.reply],
    async (bytes) => {
      const { take, left } = reading(bytes);
      const { parameters: opened } = await say().finish(await takeReply(take));
      decodeDaemonParameters(opened);
      return left() === 0;
    },
    1 / 3,
  );
});

test('records: a changed stream gives only the beginning of the messages sent', async (t) => {
  const key = new Uint8Array(32).fill(3);
  const said: [keyof typeof recordType, Uint8Array[]][] = [
    ['messages', [new Writer().u32(5).bytes(utf8('first')).finish()]],
    ['messages', [new Writer().u32(1).bytes(utf8('2')).u32(3).bytes(utf8('3rd')).finish()]],
    ['segment', [new Writer().u32(1).u64(0).finish(), new Uint8Array(300).fill(9)]],
    ['rekey', []],
    ['messages', [new Writer().u32(4).bytes(utf8('last')).finish()]],
    ['close', []],
  ];
  const sealer = new RecordSealer(key, systemClock, { ...recordLimits, records: 4 });
  const sent = said.filter(([type]) => type !== 'rekey');
  const stream = Buffer.concat(sent.flatMap(([type, parts]) => sealer.seal(recordType[type], ...parts)));
  const clock = manualClock();
  const read = (bytes: Uint8Array): string[] => {
    const items: string[] = [];
    const options = { fromDaemon: false, maxPlain: LARGE_RECORD, limits: recordLimits, clock, onLate: () => {} };
    try {
      for (const item of new LinkReader(key, options).read(bytes)) items.push(JSON.stringify(item));
    } catch {
      // The link ends there.
    }
    return items;
  };
  const whole = read(stream);
  t.is(whole.length, 6);
  await fuzz(t, [stream], (bytes) => read(bytes).some((item, i) => item !== whole[i]));
});
