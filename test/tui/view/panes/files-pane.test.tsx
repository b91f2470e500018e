import test from 'ava';
import type { TransferState } from '../../../../src/client/types.ts';
import { draw } from '../../../helpers/screen/frames.tsx';
import { file, transfer } from '../../../helpers/screen/messages.ts';

test('running, paused, failed and saved files each say so', async (t) => {
  const { after, enter } = draw(t, { columns: 130 });
  enter();
  const base = transfer({ author: 'bob', direction: 'down' });
  const show = async (change: Partial<TransferState>) =>
    (await after({ type: 'client-events', events: [{ type: 'transfer', transfer: { ...base, ...change } }] })).join(
      '\n',
    );
  t.regex(await show({}), /↓ x\.bin[\s\S]*━+─+[\s\S]*40 % {2}10 B\/s {2}0:06/);
  t.regex(await show({ state: 'paused', rate: 0 }), /40 % {2}paused/);
  t.regex(await show({ state: 'failed', note: 'the disk is full' }), /✗ the disk is full/);
  await after({ type: 'files', files: [file({ id: 't1', name: 'x.bin' })] });
  t.regex(await show({ state: 'done', done: 100, note: '/d/x.bin' }), /saved and checked/);
});

test('a file that an earlier start saved is shown as saved until it is downloaded again', async (t) => {
  const { after, enter } = draw(t, { columns: 130 });
  enter();
  const saved = file({ name: 'x.bin', saved: '/d/x.bin' });
  t.regex((await after({ type: 'files', files: [saved] })).join('\n'), /saved and checked:.*\n.*\/d\/x\.bin/);
  t.notRegex((await after({ type: 'files', files: [{ ...saved, saved: null }] })).join('\n'), /saved/);
});
