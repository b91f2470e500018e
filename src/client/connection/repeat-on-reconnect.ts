/** Repeats questions to the daemon over the next link. */
import { ClientError } from '../errors.ts';

/**
 * Runs `ask` again on the next link whenever the link is lost. Only for requests that change nothing.
 * @param online resolves when there is a link. @throws ClientError 'unreachable' when there will be none
 * @throws the other errors of `ask`
 */
export async function repeatOnReconnect<T>(online: () => Promise<void>, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ClientError && error.code === 'unreachable')) throw error;
    }
    await online();
  }
}
