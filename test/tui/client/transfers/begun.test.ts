import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { hex } from '../../../../src/protocol/bytes.ts';
import { type Begun, decodeBegun, encodeBegun, nameOf } from '../../../../src/tui/client/transfers/begun.ts';
import { Transfers } from '../../../../src/tui/client/transfers/transfers.ts';
import type { TransferState } from '../../../../src/tui/client/types.ts';
import { alice, openFileDaemon } from '../../../helpers/file-daemon.ts';
import { FakeWire } from '../../../helpers/file-wire.ts';
import { temporaryFolder } from '../../../helpers/folder.ts';
import { openTransferProfile } from '../../../helpers/transfer-profile.ts';
import { fails, place, segSize } from '../../../helpers/transfer-sides.ts';
import { until } from '../../../helpers/until.ts';

const SIZE = 80 * segSize;

async function setting(t: ExecutionContext, size = SIZE) {
  const daemon = await openFileDaemon(t, { config: { maxFileSize: SIZE, quota: 1e9, retention: null } });
  const dir = await temporaryFolder(t);
  const path = join(dir, 'a.bin');
  await fs.writeFile(path, randomBytes(size));
  const profile = openTransferProfile(t);
  const held = new Set<number>();
  /** A program with this profile, which holds `device`. */
  const program = (device: number) => {
    held.add(device);
    const wire = new FakeWire(t, daemon);
    const told: TransferState[] = [];
    const worker = { device, held: (one: number) => held.has(one) };
    const onChange = (state: TransferState) => told.push(state);
    return { wire, told, transfers: new Transfers({ connection: wire, profile, me: alice.idFp, worker, onChange }) };
  };
  /** It waits for its link in the middle of the file. @returns its id and what lets it go on */
  const waiting = async ({ wire, transfers, told }: ReturnType<typeof program>) => {
    const link = Promise.withResolvers<void>();
    wire.back = link.promise;
    wire.onUp = (index) => {
      if (index === 30) void wire.cut();
    };
    const doing = transfers.upload(place, path);
    doing.catch(() => {});
    await until(() => wire.state.state === 'waiting');
    return { id: told[0]?.id ?? '', doing, goOn: () => link.resolve() };
  };
  return { daemon, dir, path, held, program, waiting };
}

test('what another program works on is not listed, and is left alone', async (t) => {
  const at = await setting(t);
  const one = at.program(1);
  const two = at.program(2);
  const { id, doing, goOn } = await at.waiting(one);
  t.like((await one.transfers.list())[0], { id, state: 'running' });
  t.deepEqual(await two.transfers.list(), []);
  await fails(t, two.transfers.drop(id), 'refused', /under way in another securechat/);
  await fails(t, two.transfers.upload(place, at.path), 'usage', /by another securechat/);
  await fails(t, two.transfers.pause(id), 'refused', /not|no such/);
  goOn();
  const { posted } = await doing;
  await posted();
  t.deepEqual(await two.transfers.list(), []);
});

test('what a program left when it was killed is paused, with the reason', async (t) => {
  const at = await setting(t);
  const one = at.program(1);
  const { id } = await at.waiting(one);
  at.held.delete(1);
  const two = at.program(2);
  const [listed, ...others] = await two.transfers.list();
  t.deepEqual(others, []);
  t.like(listed, { id, state: 'paused', note: 'the program ended in the middle of it' });
});

test('a new program with the device of the killed one finds it as well', async (t) => {
  const at = await setting(t);
  const { id } = await at.waiting(at.program(1));
  const next = at.program(1);
  await next.transfers.tidy();
  t.like((await next.transfers.list())[0], { id, state: 'paused' });
  const begun = await next.transfers.begun(id);
  if (begun.direction !== 'up') throw new Error('not an upload');
  await next.transfers.goOnSending(begun, async () => {}, {});
  t.true(next.wire.segmentsUp < 60, `${next.wire.segmentsUp} segments were sent again`);
});

test('what was given up without a link is told to the daemon at the next login', async (t) => {
  const at = await setting(t);
  const one = at.program(1);
  const { id, doing } = await at.waiting(one);
  await one.transfers.drop(id);
  await fails(t, doing, 'cancelled', /was cancelled/);
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

test('what was refused before anything was stored is not listed, and can be taken away', async (t) => {
  const at = await setting(t, SIZE + 1);
  const { transfers, told } = at.program(1);
  await fails(t, transfers.upload(place, at.path), 'refused', /at most/);
  const id = told[0]?.id ?? '';
  t.deepEqual(await transfers.list(), []);
  t.is(told.at(-1)?.state, 'failed');
  await transfers.drop(id);
  t.like(told.at(-1), { id, state: 'cancelled' });
  await fails(t, transfers.drop(id), 'refused', /begin it again/);
});

test('a file that changes while it is sent is not listed, and can be taken away', async (t) => {
  const at = await setting(t);
  const { wire, transfers, told } = at.program(1);
  wire.onUp = (index) => {
    if (index === 3) void fs.appendFile(at.path, 'more');
  };
  await fails(t, transfers.upload(place, at.path), 'usage', /changed while it was sent/);
  t.is(told.at(-1)?.state, 'failed');
  t.deepEqual(await transfers.list(), []);
  await transfers.drop(told[0]?.id ?? '');
  t.is(told.at(-1)?.state, 'cancelled');
});

test('a file that changed and is sent again takes the place of what was begun', async (t) => {
  const at = await setting(t);
  const { wire, transfers, told } = at.program(1);
  wire.onUp = (index) => {
    if (index === 20) void transfers.pause(told[0]?.id ?? '');
  };
  await fails(t, transfers.upload(place, at.path), 'cancelled', /was stopped/);
  t.is((await transfers.list()).length, 1);
  wire.onUp = () => {};
  await fs.utimes(at.path, 1, 1);
  const { manifest, posted } = await transfers.upload(place, at.path);
  await posted();
  t.deepEqual(await transfers.list(), []);
  t.deepEqual(await fs.readdir(at.daemon.dir), [Buffer.from(manifest.fileId).toString('hex')]);
});

test('what is kept of a transfer comes back as it was', (t) => {
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
    fc.property(fc.oneof(fc.record({ ...about, ...up }), fc.record({ ...about, ...down })), (begun: Begun) => {
      t.deepEqual(decodeBegun(begun, encodeBegun(begun)), begun);
      t.is(nameOf(begun), nameOf(begun).replace(/[/\\\n]/g, ''));
    }),
  );
});
