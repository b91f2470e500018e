/** Questions in line mode whose answers are not echoed. Keys that are typed meanwhile never become a line. */
import { askPassword, CTRL_C } from '../../console/prompt.ts';

/** @throws ClientError 'cancelled' on Ctrl+C and Ctrl+D */
export type AskHidden = (question: string) => Promise<string>;

export type HiddenParts = {
  input: NodeJS.ReadStream;
  output: { write(text: string): unknown };
  /** Ctrl+C between two questions. */
  onInterrupt(): void;
  /** A question is shown, or no longer. */
  onAsking(on: boolean): void;
};

/** Turns of the event loop within which keys that were typed before are read. */
const TURNS = 3;

/** Runs `talk`. Keys typed ahead answer its next question; keys that are left over at its end are dropped. */
export async function hiddenTalk<T>(parts: HiddenParts, talk: (ask: AskHidden) => Promise<T>): Promise<T> {
  const { input, output, onInterrupt, onAsking } = parts;
  const drop = (keys: string | Uint8Array): void => {
    if (String(keys).includes(CTRL_C)) onInterrupt();
  };
  const ask: AskHidden = async (question) => {
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
