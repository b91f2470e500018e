/** Questions of which nothing is shown, in the middle of line mode: what is typed meanwhile never becomes a line. */
import { askPassword, CTRL_C } from '../console/prompt.ts';

/** @throws ClientError 'cancelled' on Ctrl+C and Ctrl+D */
export type Ask = (question: string) => Promise<string>;

export type HiddenParts = {
  input: NodeJS.ReadStream;
  output: { write(text: string): unknown };
  /** Ctrl+C when nothing is asked. */
  onInterrupt(): void;
  /** A question stands there, or no longer. */
  onAsking(on: boolean): void;
};

/** Turns of the event loop after which all that was typed before is read. */
const TURNS = 3;

/** The keys are the talk's until it ends: what was typed ahead answers its next question, what is left over is dropped. */
export async function hidden<T>(parts: HiddenParts, talk: (ask: Ask) => Promise<T>): Promise<T> {
  const { input, output, onInterrupt, onAsking } = parts;
  const drop = (keys: string | Uint8Array): void => {
    if (String(keys).includes(CTRL_C)) onInterrupt();
  };
  const ask: Ask = async (question) => {
    input.off('data', drop);
    onAsking(true);
    try {
      return await askPassword({ keys: input, write: (text) => output.write(text) }, question);
    } finally {
      onAsking(false);
      input.setRawMode(true);
      input.on('data', drop);
      input.resume();
    }
  };
  try {
    return await talk(ask);
  } finally {
    for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((done) => setImmediate(done));
    input.off('data', drop);
    input.pause();
    input.setRawMode(false);
  }
}
