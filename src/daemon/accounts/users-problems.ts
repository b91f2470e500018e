/** Problems of users.txt, as sentences for the operator. */
import type { Logger } from 'pino';
import { Refusal } from '../../protocol/base/errors.ts';
import { StartError } from '../data/start-error.ts';
import { StorageError } from '../data/storage-error.ts';
import type { UsersLine } from './users-file.ts';

export function logUsersProblems(log: Pick<Logger, 'warn' | 'error'>, lines: readonly UsersLine[]): void {
  for (const line of lines) {
    if (line.kind === 'malformed') {
      log.warn(
        { evt: 'users_line_malformed', line: line.number },
        `users.txt, line ${line.number} is skipped: ${line.problem}`,
      );
    } else if (line.kind === 'damaged') {
      log.error(
        { evt: 'users_line_damaged', line: line.number, user: line.name },
        `users.txt, line ${line.number}: nobody can log in as ${line.name}: ${line.problem}; restore the line from a backup`,
      );
    }
  }
}

/**
 * An emptied file is a mistake, and would remove everybody from the lobby for good.
 * @param people how many people the database knows
 * @throws StartError
 */
export function checkNotEmptied(
  file: { path: string; lines: readonly UsersLine[]; state: 'is missing' | 'holds no account' },
  people: number,
): void {
  if (people === 0 || file.lines.some(({ kind }) => kind !== 'other')) return;
  throw new StartError(
    `${file.path} ${file.state}, but ${people} ${people === 1 ? 'person is' : 'people are'} known here; ` +
      'restore it from a backup; to start again without accounts, move securechat.db, securechat.seal and server_files away',
  );
}

/** Warns once when users.txt cannot be changed while the daemon runs, and again after it worked in between. */
export class UsersWriteWarning {
  readonly #log: Pick<Logger, 'warn'>;
  #warned = false;

  constructor(log: Pick<Logger, 'warn'>) {
    this.#log = log;
  }

  succeeded(): void {
    this.#warned = false;
  }

  /** @returns the error for those who asked for the change */
  failed(err: unknown): unknown {
    if (err instanceof Refusal || err instanceof StorageError) return err;
    if (!this.#warned)
      this.#log.warn(
        { evt: 'users_not_written', err },
        'users.txt cannot be written: the accounts in memory stay in use',
      );
    this.#warned = true;
    return new Refusal('internal', 'the server cannot change accounts now: tell its operator');
  }
}
