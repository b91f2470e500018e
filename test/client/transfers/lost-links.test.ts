import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { TestTransfers } from '../../helpers/client/test-transfers.ts';
import { openTransferProfile } from '../../helpers/client/transfer-profile.ts';
import { receiver, segSize, withBob } from '../../helpers/client/transfer-sides.ts';
import { alice, openFileDaemon } from '../../helpers/daemon/file-daemon.ts';
import { FileWire } from '../../helpers/daemon/file-wire.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 });

test('the file arrives intact wherever links are lost', async (t) => {
  const daemon = await openFileDaemon(t);
  const dir = await temporaryFolder(t);
  const size = fc.integer({ min: 0, max: 8 * segSize });
  await fc.assert(
    fc.asyncProperty(size, cuts, cuts, async (bytes, upCuts, downCuts) => {
      const path = join(dir, `${randomBytes(4).toString('hex')}.bin`);
      const content = randomBytes(bytes);
      await fs.writeFile(path, content);

      const up = new FileWire(t, daemon);
      cutAfter(up, 'onUp', upCuts);
      const sender = new TestTransfers(withBob, { connection: up, profile: openTransferProfile(t), me: alice.idFp });
      const manifest = await sender.upload(withBob, path);
      await daemon.list(manifest.fileId);

      const { wire: down, transfers } = receiver(t, daemon);
      cutAfter(down, 'onDown', downCuts);
      const saved = await transfers.download(withBob, manifest, { dir: join(dir, 'out') });
      t.true((await fs.readFile(saved)).equals(content));
      await up.cut();
      await down.cut();
    }),
    { numRuns: 15 },
  );
});

/** Cuts the link after each of these numbers of segments. */
function cutAfter(wire: FileWire, direction: 'onUp' | 'onDown', counts: number[]): void {
  let left = counts[0];
  let next = 1;
  wire[direction] = () => {
    if (left === undefined) return;
    left -= 1;
    if (left > 0) return;
    left = counts[next++];
    void wire.cut();
  };
}
