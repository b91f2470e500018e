import test from 'ava';
import { type FileSession, SessionTransfers } from '../../../src/daemon/files/session-transfers.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { bytes32 } from '../../helpers/daemon/store.ts';

class Transfer {
  stopped = false;
  async stop(): Promise<void> {
    this.stopped = true;
  }
}

function setUp(most: number) {
  const transfers = new SessionTransfers<Transfer>(most);
  const newSession = (): FileSession => ({
    link: { queuedBytes: 0, drained: async () => {}, sendSegment() {} },
    send() {},
  });
  const open = (session: FileSession, person: number, opening = async () => new Transfer()) =>
    transfers.open(session, bytes32(person), async (id) => ({ answer: id, transfer: await opening() }));
  return { transfers, newSession, open };
}

test('a person may open as many files as they leave free, so that a few people cannot take all', async (t) => {
  const { newSession, open } = setUp(12);
  const opened: number[] = [0, 0, 0];
  for (let round = 0; round < 12; round += 1) {
    for (const person of [0, 1, 2]) {
      const count = await open(newSession(), person).then(
        () => 1,
        (error: unknown) => {
          if (error instanceof Refusal && error.code === 'busy') return 0;
          throw error;
        },
      );
      opened[person] = (opened[person] ?? 0) + count;
    }
  }
  t.deepEqual(opened, [3, 3, 3]);
  await t.notThrowsAsync(open(newSession(), 7));
  await t.notThrowsAsync(open(newSession(), 8));
});

test('a transfer that fails to open, loses its session or is stopped frees its place', async (t) => {
  const { transfers, newSession, open } = setUp(1);
  const session = newSession();
  const fails = async () => Promise.reject(new Error('no'));
  await t.throwsAsync(open(session, 1, fails), { message: 'no' });

  const gone = newSession();
  const late = new Transfer();
  const opening = open(gone, 1, async () => {
    await transfers.sessionEnded(gone);
    return late;
  });
  await t.throwsAsync(opening, { instanceOf: Refusal, code: 'busy' });
  t.true(late.stopped);

  const id = await open(session, 1);
  await t.throwsAsync(open(newSession(), 2), { instanceOf: Refusal, code: 'busy' });
  await transfers.stop(session, id);
  await t.notThrowsAsync(open(newSession(), 2));
});
