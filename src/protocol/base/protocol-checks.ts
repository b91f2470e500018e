import { ProtocolError, type ProtocolErrorCode } from './errors.ts';

/**
 * Runs `read` and turns whatever breaks a rule inside, bytes that end too early or a bad key alike, into the one error of
 * its layer, so that nobody learns which check failed. Anything else that is thrown is a bug and passes through.
 */
export function withProtocolError<T>(code: ProtocolErrorCode, message: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refusal(code, message, error);
  }
}

/** The same for what waits. */
export async function withProtocolErrorAsync<T>(
  code: ProtocolErrorCode,
  message: string,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw refusal(code, message, error);
  }
}

/** Says that a rule must hold; inside `refuse` only. */
export function ensure(rule: boolean): asserts rule {
  if (!rule) throw new ProtocolError('layout', 'a rule is broken');
}

function refusal(code: ProtocolErrorCode, message: string, error: unknown): unknown {
  return error instanceof ProtocolError ? new ProtocolError(code, message) : error;
}
