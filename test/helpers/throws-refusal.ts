import type { ExecutionContext } from 'ava';
import { Refusal } from '../../src/protocol/base/errors.ts';

/** The daemon refuses what is being done, with this code. */
export function throwsRefusal(t: ExecutionContext, doing: Promise<unknown>, code: string): Promise<unknown> {
  return t.throwsAsync(doing, { instanceOf: Refusal, code });
}
