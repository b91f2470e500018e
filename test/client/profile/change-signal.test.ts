import * as fs from 'node:fs/promises';
import test from 'ava';
import { ChangeSignal } from '../../../src/client/profile/change-signal.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { until } from '../../helpers/until.ts';

test('all listeners of a profile share one watch of its file, and each ends alone', async (t) => {
  const dir = await temporaryFolder(t);
  let watches = 0;
  const counting = {
    ...fs,
    watch: (...args: Parameters<typeof fs.watch>) => {
      watches += 1;
      return fs.watch(...args);
    },
  } as unknown as ConstructorParameters<typeof ChangeSignal>[0];
  const changes = new ChangeSignal(counting, dir);
  const ended = new AbortController();
  const heard = { one: 0, two: 0 };
  await Promise.all([changes.watch(() => void heard.one++, ended.signal), changes.watch(() => void heard.two++)]);
  t.deepEqual(heard, { one: 1, two: 1 }, 'what was written before');
  const other = new ChangeSignal(counting, dir);
  await other.send();
  await until(() => heard.one > 1 && heard.two > 1);
  ended.abort();
  const before = { ...heard };
  await other.send();
  await until(() => heard.two > before.two);
  t.is(heard.one, before.one);
  t.is(watches, 1);
  changes.close();
});
