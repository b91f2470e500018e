/** What asks the daemon and changes nothing is asked again over the next link. */
import { ClientError } from '../errors.ts';

/**
 * @param online resolves when there is a link, and throws ClientError 'unreachable' when there will be none
 * @throws what else `ask` throws
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
