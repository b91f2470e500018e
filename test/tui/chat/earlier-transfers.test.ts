/** Transfers of earlier starts are shown, resumed and cancelled like those of this start. */
import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import type { TransferState } from '../../../src/client/types.ts';
import { filesOf } from '../../../src/tui/selectors/selectors.ts';
import { draw } from '../../helpers/screen/frames.tsx';
import { file, transfer } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

const paused = (parts: Partial<TransferState> = {}) =>
  transfer({ name: 'plan.pdf', rate: 0, state: 'paused', ...parts });
const cut = { note: 'the program ended in the middle of it' };

test('a transfer that was cut off is reported at the start, and p in the files resumes it', async (t) => {
  const { notice, key, calls, chat } = await openChat(t, (client) => {
    client.begun = [paused({ id: 't0' }), paused(cut)];
  });
  t.is(notice(), '1 transfer was cut off: F3, then p goes on');
  t.deepEqual(
    filesOf(chat()).map((item) => item.file.id),
    ['t0', 't1'],
  );
  await key('f3', 'down', 'p');
  t.deepEqual(calls('resume'), [['t1', '/downloads']]);
  await key('up', 'x');
  t.deepEqual(calls('drop'), [['t0']]);
  t.is(notice(), 'plan.pdf is cancelled');
  t.deepEqual(filesOf(chat()), []);
});

test('a file that was saved while the program ended is reported at the start', async (t) => {
  const { notice } = await openChat(t, (client) => {
    client.begun = [
      paused({ author: 'bob', direction: 'down', state: 'done', done: 100, note: '/downloads/plan.pdf' }),
    ];
  });
  t.is(notice(), 'saved and checked: /downloads/plan.pdf');
});

test('a paused transfer is listed without a notice', async (t) => {
  const { notice, chat } = await openChat(t, (client) => {
    client.begun = [paused()];
  });
  t.is(notice(), '');
  t.is(filesOf(chat()).length, 1);
});

test('the commands pause, resume and cancel by name, or the newest without a name', async (t) => {
  const { say, calls, notice, client, settle } = await openChat(t, (client) => {
    client.begun = [
      paused({ id: 'a', name: 'a' }),
      paused({ id: 'b', name: 'b', conversation: '@bob' }),
      paused({ id: 'c', name: 'c', direction: 'down' }),
    ];
  });
  await say('.resume b');
  await say('.resume');
  t.deepEqual(calls('resume'), [
    ['b', '/downloads'],
    ['c', '/downloads'],
  ]);
  t.is(notice(), 'saved and checked: /downloads/x');
  await say('.pause');
  t.is(notice(), 'no transfer is running');
  client.emit({ type: 'transfer', transfer: paused({ id: 'a', name: 'a', state: 'running' }) });
  await settle();
  await say('.pause a');
  t.deepEqual(calls('pause'), [['a']]);
  t.is(notice(), 'a is paused: .resume goes on');
  await say('.cancel');
  t.deepEqual(calls('drop'), [['a']]);
  await say('.cancel');
  t.is(notice(), 'no transfer is under way');
});

test('a failed transfer can be resumed, too, and the reason why it cannot is shown', async (t) => {
  const { say, key, calls, notice, client, settle } = await openChat(t, (client) => {
    client.begun = [paused(cut)];
    client.allFiles = [file({ id: 'd1', name: 'got.bin' })];
  });
  const reason = 'there is no file /home/alice/plan.pdf; put it back, or cancel the transfer';
  client.failures.set('resume', new ClientError('usage', reason));
  await say('.resume');
  t.is(notice(), reason);
  client.emit({ type: 'transfer', transfer: paused({ state: 'failed', note: reason }) });
  await settle();
  await key('f3', 'p');
  t.is(calls('resume').length, 2);
  const failed = paused({
    id: 'd1',
    author: 'bob',
    direction: 'down',
    name: 'got.bin',
    state: 'failed',
    note: 'the disk is full',
  });
  client.emit({ type: 'transfer', transfer: failed });
  await settle();
  await say('.resume got.bin');
  t.deepEqual(calls('download'), [['d1', '/downloads']]);
});

test('a stopped transfer says so once, and not as a failure', async (t) => {
  const { say, notice, client } = await openChat(t, (client) => {
    client.begun = [paused()];
  });
  client.failures.set('resume', new ClientError('cancelled', 'the transfer was stopped; repeat it to go on'));
  await say('.resume');
  t.is(notice(), '');
});

test('.transfers lists what another program left meanwhile, with every reason in full', async (t) => {
  const { say, client, store } = await openChat(t, (client) => {
    client.begun = [paused({ name: 'gone' })];
  });
  const note = `${'a very long reason '.repeat(12)}to its end`;
  client.begun = [paused({ id: 't2', name: 'left', conversation: '@bob', note })];
  await say('.transfers');
  const { overlay } = store.get();
  if (overlay?.kind !== 'page') return t.fail('no page');
  const text = overlay.lines.join('\n');
  t.regex(text, /↑ left +40 B \/ 100 B {2}paused +@bob\n {2}a very long reason .* to its end$/);
  t.notRegex(text, /gone/);
});

test('the files pane shows transfers of other programs, paused ones, and reasons over several rows', async (t) => {
  const { after, enter } = draw(t, { columns: 120 });
  enter();
  const note = 'this server takes files of at most 10 MiB: send a smaller one';
  const text = (
    await after({
      type: 'client-events',
      events: [
        { type: 'transfer', transfer: paused({ conversation: '@bob', ...cut }) },
        { type: 'transfer', transfer: paused({ id: 't2', name: 'big.iso', state: 'failed', note }) },
      ],
    })
  ).map((row) => row.slice(92).trimEnd());
  const pane = text.join('\n');
  t.regex(pane, /↑ plan\.pdf\n +100 B {2}@bob/);
  t.regex(pane, /40 % {2}paused {2}p goes on\n +the program ended in\n +the middle of it\n/);
  t.regex(pane, /✗ this server takes\n +files of at most 10\n +MiB: send a smaller\n +one\n/);
});
