/** What is wrong with users.txt, in sentences for the operator. */
import type { Logger } from 'pino';
import { StartError } from './start-error.ts';
import type { Line } from './users-file.ts';

export function logProblems(log: Pick<Logger, 'warn' | 'error'>, lines: readonly Line[]): void {
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
 * An emptied file is an accident, and would take everybody out of the lobby for good.
 * @param people how many the database knows @throws StartError
 */
export function checkNotEmptied(
  file: { path: string; lines: readonly Line[]; state: 'is missing' | 'holds no account' },
  people: number,
): void {
  if (people === 0 || file.lines.some(({ kind }) => kind !== 'other')) return;
  throw new StartError(
    `${file.path} ${file.state}, but ${people} ${people === 1 ? 'person is' : 'people are'} known here; ` +
      'restore it from a backup; to begin anew without anybody, move securechat.db, securechat.seal and server_files away',
  );
}
