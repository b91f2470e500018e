import test from 'ava';
import { ClientBus } from '../../../src/client/events/client-bus.ts';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import { People } from '../../../src/client/people/people.ts';
import type { Person } from '../../../src/client/types.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import type { Event } from '../../../src/protocol/wire/codec.ts';

const id = (n: number) => new Uint8Array(32).fill(n);
const presence = (name: string, online: boolean): Event => ({
  method: 'presence',
  params: { name, online, away: false },
});
const pins = new Map([
  ['bob', { name: 'bob', idFp: id(2), verified: true, changedTo: null }],
  ['carol', { name: 'carol', idFp: id(3), verified: false, changedTo: id(4) }],
]);

/** @param announced receives the announced lists of people @param gone receives the names of accounts that are gone */
function peopleOf(context: ClientContext, announced: Person[][], gone: string[] = []) {
  const bus = new ClientBus();
  bus.on('announced', (event) => {
    if (event.type === 'people') announced.push(event.people);
    if (event.type === 'unregistered') gone.push(event.name);
  });
  return { people: new People(context, bus), take: (event: Event) => bus.publishAndWait('received', event) };
}

/** Alice's directory with three others, of whom Dave has no pin; `read` lists the pins that were read. */
async function open() {
  const read: string[] = [];
  const announced: Person[][] = [];
  const gone: string[] = [];
  const people = ['alice', 'bob', 'carol', 'dave'].map((name, i) => ({
    name,
    idFp: name === 'bob' ? id(2) : id(6 + i),
    online: false,
    away: false,
  }));
  const context = {
    connection: { request: async () => ({ people, next: null }) },
    keyring: {
      me: { name: 'alice', idFp: id(6) },
      pinned: async (name: string) => {
        read.push(name);
        return pins.get(name) ?? null;
      },
      allPinned: async () => {
        read.push('all');
        return [...pins.values()];
      },
      forget: () => {},
    },
  } as unknown as ClientContext;
  const { people: all, take } = peopleOf(context, announced, gone);
  await all.load();
  return { people: all, take, announced, gone, read, listed: people };
}

test('the whole directory is announced in order, with its pins', async (t) => {
  const { people, announced, read } = await open();
  t.deepEqual(read, ['all']);
  const [first = []] = announced;
  t.deepEqual(await people.list(), first);
  t.deepEqual(
    first.map(({ name, verified, fingerprint, changedTo }) => [name, verified, fingerprint, changedTo]),
    [
      ['alice', true, hex(id(6)), null],
      ['bob', true, hex(id(2)), null],
      ['carol', false, hex(id(3)), hex(id(4))],
      ['dave', false, hex(id(9)), null],
    ],
  );
});

test('a change of one person reads only their pin', async (t) => {
  const { people, take, announced, read } = await open();
  announced.length = 0;
  read.length = 0;
  await take({ method: 'presence', params: { name: 'bob', online: true, away: true } });
  await take({ method: 'registered', params: { name: 'dave', idFp: id(8) } });
  t.like(await people.find('carol'), { name: 'carol', changedTo: hex(id(4)) });
  t.is(await people.find('erin'), null);
  await people.announce('erin');
  t.like(announced, [
    [{ name: 'bob', online: true, away: true, verified: true, fingerprint: hex(id(2)) }],
    [{ name: 'dave', fingerprint: hex(id(8)), changedTo: null }],
    [],
  ]);
  t.deepEqual(read, ['bob', 'dave', 'carol', 'erin', 'erin']);
});

test('people who come or leave while the directory is fetched are listed correctly afterwards', async (t) => {
  const pages = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
  let asked = 0;
  const context = {
    connection: { request: () => pages[asked++]?.promise },
    keyring: { me: { name: 'alice', idFp: id(1) }, allPinned: async () => [], pinned: async () => null, forget() {} },
  } as unknown as ClientContext;
  const announced: Person[][] = [];
  const { people, take } = peopleOf(context, announced);
  const loading = people.load();
  const page = (next: string | null, ...names: string[]) => ({
    people: names.map((name, n) => ({ name, idFp: id(n + 2), online: name === 'carol', away: false })),
    next,
  });
  pages[0]?.resolve(page('bob', 'alice', 'bob', 'carol'));
  await take(presence('bob', true));
  await take(presence('carol', false));
  await take({ method: 'registered', params: { name: 'erin', idFp: id(9) } } as Event);
  for (const name of ['frank', 'george']) await take({ method: 'unregistered', params: { name } });
  await take({ method: 'registered', params: { name: 'george', idFp: id(7) } });
  pages[1]?.resolve(page(null, 'dave', 'frank', 'george'));
  await loading;
  const state = (await people.list()).map(({ name, online, fingerprint }) => [name, online, fingerprint?.slice(0, 2)]);
  t.deepEqual(state, [
    ['alice', false, '01'],
    ['bob', true, '03'],
    ['carol', false, '04'],
    ['dave', false, '02'],
    ['erin', false, '09'],
    ['george', false, '07'],
  ]);
  t.deepEqual(
    announced.at(-1)?.map(({ name, online }) => [name, online]),
    state.map(([name, online]) => [name, online]),
  );
});

test('a person whose account is gone leaves the list, and is announced once', async (t) => {
  const { people, take, announced, gone } = await open();
  announced.length = 0;
  for (const name of ['dave', 'dave', 'nobody']) await take({ method: 'unregistered', params: { name } });
  // The last session of an account ends after it.
  await take({ method: 'presence', params: { name: 'dave', online: false, away: false } });
  t.deepEqual(gone, ['dave']);
  t.deepEqual(
    (await people.list()).map(({ name }) => name),
    ['alice', 'bob', 'carol'],
  );
  t.is(await people.find('dave'), null);
  t.deepEqual(announced, []);
});

test('accounts that went while there was no link are announced after the next login', async (t) => {
  const { people, gone, listed } = await open();
  listed.splice(1, 1);
  await people.load();
  t.deepEqual(gone, ['bob']);
});
