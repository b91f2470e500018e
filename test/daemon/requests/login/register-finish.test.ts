import test from 'ava';
import type { Context } from '../../../../src/daemon/context.ts';
import { registerFinish } from '../../../../src/daemon/requests/login/register-finish.ts';
import { openTestDaemon } from '../../../helpers/daemon/daemon-people.ts';

test('a name is free again only when its earlier account is deleted', async (t) => {
  const { context, store, login, alice } = await openTestDaemon(t);
  const { idFp } = alice.card;
  const added: string[] = [];
  const accounts = { checkNewName: () => {}, add: async ({ name }: { name: string }) => void added.push(name) };
  const full = { ...context, accounts } as unknown as Context;
  const { session } = login('bob');
  const params = { record: Buffer.alloc(192, 1).toString('base64url'), card: alice.cardBytes, localKeys: true };
  const register = () => {
    session.attempt = { kind: 'register', name: 'alice', invite: null };
    return registerFinish(full, session, params);
  };
  await store.addClosing({ idFp, name: 'alice' });
  await t.throwsAsync(register(), { code: 'busy', message: /is still being deleted/ });
  t.deepEqual(added, []);
  while ((await store.finishClosing({ idFp })).more);
  await register();
  t.deepEqual(added, ['alice']);
});
