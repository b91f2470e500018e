import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  decodeTransfer,
  encodeTransfer,
  fileNameOf,
  type TransferRecord,
} from '../../../src/client/transfers/transfer-record.ts';
import { fromHex, hex } from '../../../src/protocol/base/bytes.ts';
import { TestTransfers } from '../../helpers/client/test-transfers.ts';
import { openTransferProfile } from '../../helpers/client/transfer-profile.ts';
import { failsWith, segSize, withBob } from '../../helpers/client/transfer-sides.ts';
import { alice, bob, openFileDaemon } from '../../helpers/daemon/file-daemon.ts';
import { FileWire } from '../../helpers/daemon/file-wire.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { until } from '../../helpers/until.ts';

const SIZE = 80 * segSize;
const nothing = { author: '', id: '' };

async function setUp(t: ExecutionContext, size = SIZE) {
  const daemon = await openFileDaemon(t, { config: { maxFileSize: SIZE, quota: 1e9, retention: null } });
  const dir = await temporaryFolder(t);
  const path = join(dir, 'a.bin');
  await fs.writeFile(path, randomBytes(size));
  const profile = openTransferProfile(t);
  const held = new Set<number>();
  /** A program with this profile that holds `device`. */
  const program = (device: number) => {
    held.add(device);
    const wire = new FileWire(t, daemon);
    const worker = { device, isHeld: (one: number) => held.has(one) };
    const transfers = new TestTransfers(withBob, { connection: wire, profile, me: alice.idFp, worker });
    return { wire, told: transfers.progress, transfers };
  };
  /** Starts an upload that waits for its link in the middle of the file. @returns its id and a function that lets it go on */
  const waiting = async ({ wire, transfers, told }: ReturnType<typeof program>) => {
    const link = Promise.withResolvers<void>();
    wire.back = link.promise;
    wire.onUp = (index) => {
      if (index === 30) void wire.cut();
    };
    const doing = transfers.upload(withBob, path);
    doing.catch(() => {});
    await until(() => wire.state.state === 'waiting');
    const [first] = told;
    if (first === undefined) throw new Error('nothing was told');
    return { id: first.id, first, doing, goOn: () => link.resolve() };
  };
  return { daemon, dir, path, held, program, waiting };
}

test('a transfer of another running program is not listed and not touched', async (t) => {
  const at = await setUp(t);
  const one = at.program(1);
  const two = at.program(2);
  const { id, first, doing, goOn } = await at.waiting(one);
  t.like((await one.transfers.list())[0], { id, state: 'running' });
  t.deepEqual(await two.transfers.list(), []);
  await failsWith(t, two.transfers.drop(first), 'refused', /under way in another securechat/);
  await failsWith(t, two.transfers.upload(withBob, at.path), 'usage', /by another securechat/);
  await failsWith(t, two.transfers.pause(first), 'refused', /not|no such/);
  goOn();
  await doing;
  t.deepEqual(await two.transfers.list(), []);
});

test('a transfer of a killed program is listed as paused, with the reason', async (t) => {
  const at = await setUp(t);
  const one = at.program(1);
  const { id } = await at.waiting(one);
  at.held.delete(1);
  const two = at.program(2);
  const [listed, ...others] = await two.transfers.list();
  t.deepEqual(others, []);
  t.like(listed, { id, state: 'paused', note: 'the program ended in the middle of it' });
});

test('a new program with the device of the killed one lists the transfer, too', async (t) => {
  const at = await setUp(t);
  const { id, first } = await at.waiting(at.program(1));
  const next = at.program(1);
  await next.transfers.tidy();
  t.like((await next.transfers.list())[0], { id, state: 'paused' });
  await next.transfers.resume(first);
  t.true(next.wire.segmentsUp < 60, `${next.wire.segmentsUp} segments were sent again`);
});

test('an upload dropped without a link is dropped on the daemon at the next login', async (t) => {
  const at = await setUp(t);
  const one = at.program(1);
  const { first, doing } = await at.waiting(one);
  await one.transfers.drop(first);
  await failsWith(t, doing, 'cancelled', /was cancelled/);
  t.is(one.told.at(-1)?.state, 'cancelled');
  t.deepEqual(await one.transfers.list(), []);
  t.is((await fs.readdir(at.daemon.dir)).length, 1);
  const next = at.program(1);
  await next.transfers.tidy();
  t.deepEqual(await fs.readdir(at.daemon.dir), []);
  t.deepEqual(next.wire.asked, ['upload-drop']);
  await next.transfers.tidy();
  t.is(next.wire.asked.length, 1, 'once');
});

test('an upload refused before anything was stored is not listed, and can be removed', async (t) => {
  const at = await setUp(t, SIZE + 1);
  const { transfers, told } = at.program(1);
  await failsWith(t, transfers.upload(withBob, at.path), 'refused', /at most/);
  const { id } = told[0] ?? nothing;
  t.deepEqual(await transfers.list(), []);
  t.is(told.at(-1)?.state, 'failed');
  await transfers.drop(told[0] ?? nothing);
  t.like(told.at(-1), { id, state: 'cancelled' });
  await failsWith(t, transfers.drop(told[0] ?? nothing), 'refused', /begin it again/);
});

test('an upload whose file changes meanwhile is not listed, and can be removed', async (t) => {
  const at = await setUp(t);
  const { wire, transfers, told } = at.program(1);
  wire.onUp = (index) => {
    if (index === 3) void fs.appendFile(at.path, 'more');
  };
  await failsWith(t, transfers.upload(withBob, at.path), 'usage', /changed while it was sent/);
  t.is(told.at(-1)?.state, 'failed');
  t.deepEqual(await transfers.list(), []);
  await transfers.drop(told[0] ?? nothing);
  t.is(told.at(-1)?.state, 'cancelled');
});

test("another's file with the id of a paused upload does not affect the upload", async (t) => {
  const at = await setUp(t);
  const { wire, transfers, told } = at.program(1);
  wire.onUp = (index) => {
    const [first] = told;
    if (index === 20 && first !== undefined) void transfers.pause(first);
  };
  await failsWith(t, transfers.upload(withBob, at.path), 'cancelled', /was stopped/);
  wire.onUp = () => {};
  const [paused] = await transfers.list();
  if (paused === undefined) return t.fail();
  const fileId = Uint8Array.from(fromHex(paused.id));
  const zeros = new Uint8Array(32);
  const manifest = { fileId, size: 5, segSize: 65_536, count: 1, key: zeros, sha256: zeros, name: 'bait', type: '' };
  const from = { ...withBob, author: hex(bob.idFp) };
  await failsWith(t, transfers.download(from, manifest, { dir: at.dir }), 'refused', /no such file/);
  t.deepEqual(await transfers.list(), [paused]);
  t.false(wire.asked.includes('upload-drop'));
  await transfers.resume(paused);
  t.is(told.at(-1)?.state, 'done');
});

test('a changed file that is sent again replaces its unfinished upload', async (t) => {
  const at = await setUp(t);
  const { wire, transfers, told } = at.program(1);
  wire.onUp = (index) => {
    if (index === 20) void transfers.pause(told[0] ?? nothing);
  };
  await failsWith(t, transfers.upload(withBob, at.path), 'cancelled', /was stopped/);
  t.is((await transfers.list()).length, 1);
  wire.onUp = () => {};
  await fs.utimes(at.path, 1, 1);
  const manifest = await transfers.upload(withBob, at.path);
  t.deepEqual(await transfers.list(), []);
  t.deepEqual(await fs.readdir(at.daemon.dir), [Buffer.from(manifest.fileId).toString('hex')]);
});

test('a stored transfer is read as it was written', (t) => {
  const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
  const about = {
    file: bytes(16),
    author: bytes(32).map(hex),
    conversation: bytes(32),
    to: fc.constant('@bob' as const),
    size: fc.nat(),
  };
  const text = fc.string({ unit: 'grapheme' });
  const up = { direction: fc.constant('up' as const), path: text, version: text, segSize: fc.nat(), key: bytes(32) };
  const down = {
    direction: fc.constant('down' as const),
    name: text,
    dir: text,
    tag: text,
    path: fc.option(text.filter((path) => path !== '')),
  };
  fc.assert(
    fc.property(
      fc.oneof(fc.record({ ...about, ...up }), fc.record({ ...about, ...down })),
      (record: TransferRecord) => {
        t.deepEqual(decodeTransfer(record, encodeTransfer(record)), record);
        t.is(fileNameOf(record), fileNameOf(record).replace(/[/\\\n]/g, ''));
      },
    ),
  );
});
