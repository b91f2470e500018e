import type { ExecutionContext } from 'ava';
import { Refusal } from '../../src/protocol/base/errors.ts';

/** Asserts that `work` rejects with a Refusal that has this code. */
export function throwsRefusal(t: ExecutionContext, work: Promise<unknown>, code: string): Promise<unknown> {
  return t.throwsAsync(work, { instanceOf: Refusal, code });
}
