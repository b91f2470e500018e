import { ProtocolError, type ProtocolErrorCode } from './errors.ts';

/**
 * Runs `read` and turns every ProtocolError inside into one with this code and message, so that a peer never learns
 * which check failed. Other errors are bugs and pass through.
 */
export function withProtocolError<T>(code: ProtocolErrorCode, message: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refusal(code, message, error);
  }
}

/** The same for an asynchronous `read`. */
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

/** Runs `step`, which uses a key, and turns every error into ProtocolError 'key', because bad keys fail in many ways. */
export function withKeyError<T>(step: () => T): T {
  try {
    return step();
  } catch {
    throw keyError();
  }
}

export function keyError(): ProtocolError {
  return new ProtocolError('key', 'not an acceptable key');
}

/** Checks a rule inside withProtocolError. @throws ProtocolError */
export function ensure(rule: boolean): asserts rule {
  if (!rule) throw new ProtocolError('layout', 'a rule is broken');
}

function refusal(code: ProtocolErrorCode, message: string, error: unknown): unknown {
  return error instanceof ProtocolError ? new ProtocolError(code, message) : error;
}
