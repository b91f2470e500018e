import test from 'ava';
import type { Event } from '../../../src/protocol/messages.ts';
import type { ChatContext } from '../../../src/tui/client/chat-context.ts';
import { People } from '../../../src/tui/client/people.ts';
import type { Person } from '../../../src/tui/client/types.ts';

const id = (n: number) => new Uint8Array(32).fill(n);
const presence = (name: string, online: boolean): Event => ({
  method: 'presence',
  params: { name, online, away: false },
});

test('who comes or goes while the directory is fetched is there, or gone, afterwards', async (t) => {
  const pages = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
  let asked = 0;
  const context = {
    connection: { request: () => pages[asked++]?.promise },
    keyring: { me: { name: 'alice', idFp: id(1) }, allPinned: async () => [], pinned: async () => null, forget() {} },
  } as unknown as ChatContext;
  const told: Person[][] = [];
  const people = new People(context, (some) => told.push(some));
  const loading = people.load();
  const page = (next: string | null, ...names: string[]) => ({
    people: names.map((name, n) => ({ name, idFp: id(n + 2), online: name === 'carol', away: false })),
    next,
  });
  pages[0]?.resolve(page('bob', 'alice', 'bob', 'carol'));
  await people.take(presence('bob', true));
  await people.take(presence('carol', false));
  await people.take({ method: 'registered', params: { name: 'erin', idFp: id(9) } } as Event);
  pages[1]?.resolve(page(null, 'dave'));
  await loading;
  const state = (await people.list()).map(({ name, online, fingerprint }) => [name, online, fingerprint?.slice(0, 2)]);
  t.deepEqual(state, [
    ['alice', false, '01'],
    ['bob', true, '03'],
    ['carol', false, '04'],
    ['dave', false, '02'],
    ['erin', false, '09'],
  ]);
  t.deepEqual(
    told.at(-1)?.map(({ name, online }) => [name, online]),
    state.map(([name, online]) => [name, online]),
  );
});
