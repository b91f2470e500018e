/** Fetches the list of all accounts, page by page, within a limit. */
import { compare, utf8 } from '../../protocol/base/bytes.ts';
import type { RequestResult } from '../../protocol/wire/requests.ts';
import type { Connection } from '../connection/connection.ts';
import { ClientError } from '../errors.ts';

/** The most accounts that are read: more than one daemon serves. */
export const MAX_PEOPLE = 100_000;

type ListedPerson = RequestResult<'people'>['people'][number];

/** Yields the accounts in code-point order, each name once. @throws ClientError 'untrusted' when the list repeats itself or has no end */
export async function* allPeople(connection: Pick<Connection, 'request'>): AsyncGenerator<ListedPerson> {
  let after: string | null = null;
  let last: Uint8Array | null = null;
  let count = 0;
  do {
    const page: RequestResult<'people'> = await connection.request('people', { after });
    for (const person of page.people) {
      const name = utf8(person.name);
      if (last !== null && compare(name, last) <= 0) throw endlessListError();
      if (++count > MAX_PEOPLE) throw endlessListError();
      last = name;
      yield person;
    }
    if (page.next !== null && page.people.length === 0) throw endlessListError();
    after = page.next;
  } while (after !== null);
}

function endlessListError(): ClientError {
  return new ClientError('untrusted', 'the server sends an endless list of people; ask its operator');
}
