/** A server with a full disk: programs that stay wait for it, and commands say so and end. */
import test from 'ava';
import { startDaemon } from '../helpers/daemon/daemon.ts';
import { fullDisk } from '../helpers/daemon/full-disk.ts';
import { accountsOn } from '../helpers/daemon/test-accounts.ts';

test.serial('listen and plain wait for a server with a full disk, and say why', async (t) => {
  const disk = await fullDisk(t);
  const { start, as } = await accountsOn(t, await startDaemon(t, [], { env: disk.env }));
  await disk.fill();
  const listening = start('alice', ['listen']);
  const plain = start('bob', ['plain'], { stdin: null });
  for (const program of [listening, plain])
    await program.untilWritten(/the server's disk is full.*it is tried again until that works/);
  await disk.empty();
  await listening.untilWritten(/listening as alice/);
  plain.writeLines('.msg alice', 'made it');
  await listening.untilWritten(/made it/);
  t.is((await listening.stop('SIGINT')).code, 130);
  plain.end();
  t.is((await plain.ended).code, 0);
  t.is((await as('alice', ['history', 'bob'])).code, 0);
});

test.serial('a command waits as long as --timeout says, and ends with the reason', async (t) => {
  const disk = await fullDisk(t);
  const { as, start } = await accountsOn(t, await startDaemon(t, [], { env: disk.env }));
  await disk.fill();
  // Enough time for a busy machine to reach the daemon at all.
  for (const args of [['send', 'bob', 'hi'], ['whoami']]) {
    const { code, stderr } = await as('alice', [...args, '--timeout', '5']);
    t.is(code, 6, args[0]);
    t.regex(stderr, /it is tried again for 5 s\n[\s\S]*securechat: the server's disk is full/, args[0]);
  }
  const sending = start('alice', ['send', 'bob', 'late']);
  await sending.untilWritten(/it is tried again for 10 s/);
  await disk.empty();
  t.is((await sending.ended).stdout, 'sent to @bob\n');
});
