/** Questions to the person at the terminal. They go to standard error or the terminal itself, never to standard output. */
import { openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { ClientError } from '../../client/errors.ts';
import { printable } from '../../protocol/base/text.ts';

export const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const BACKSPACE = '\u007f';
const ESCAPE = '\u001b';

/** What is asked of: `keys` in raw mode gives typed characters. */
export type Terminal = {
  keys: NodeJS.ReadableStream & { setRawMode(on: boolean): unknown };
  write(text: string): void;
};

/** The controlling terminal, also when standard input is a pipe; null when there is none. */
export function openTerminal(): Terminal | null {
  const write = (text: string): void => {
    process.stderr.write(text);
  };
  if (process.stdin.isTTY) return { keys: process.stdin, write };
  if (!process.stderr.isTTY) return null;
  try {
    return { keys: new ReadStream(openSync('/dev/tty', 'r')), write };
  } catch {
    return null;
  }
}

/** Asks without echo: a star for each character. @throws ClientError 'cancelled' on Ctrl+C and Ctrl+D */
export async function askPassword(terminal: Terminal, question: string): Promise<string> {
  return readLine(terminal, `${question} `, '*');
}

/** Asks, and shows what is typed. @throws ClientError 'cancelled' */
export async function askLine(terminal: Terminal, question: string): Promise<string> {
  return readLine(terminal, `${question} `, null);
}

/** @returns true for y or yes; anything else is no. @throws ClientError 'cancelled' */
export async function askYesNo(terminal: Terminal, question: string): Promise<boolean> {
  const answer = await askLine(terminal, `${question} [y/N]`);
  return /^y(es)?$/i.test(answer.trim());
}

/** One line in raw mode, so that what is typed is shown as `mask` or, when that is null, as it is. */
function readLine({ keys, write }: Terminal, question: string, mask: string | null): Promise<string> {
  // First, so that no key that answers what is seen is echoed or taken for a signal.
  keys.setRawMode(true);
  write(question);
  keys.setEncoding('utf8');
  return new Promise((done, fail) => {
    let typed: string[] = [];
    const end = (): void => {
      keys.removeListener('data', onData);
      keys.removeListener('end', onEnd);
      keys.setRawMode(false);
      keys.pause();
      write('\n');
    };
    const cancel = (): void => {
      end();
      fail(new ClientError('cancelled', 'cancelled'));
    };
    const onEnd = (): void => cancel();
    const erase = (count: number): void => write('\b \b'.repeat(count));
    let sequence = '';
    const onData = (data: string | Uint8Array): void => {
      const text = String(data);
      let at = 0;
      for (const key of text) {
        at += key.length;
        // An arrow or function key is no character: ESC, [ or O, up to a letter or ~.
        if (key === ESCAPE || sequence !== '') {
          sequence += key;
          if (sequence.length > 2 && /[A-Za-z~]/.test(key)) sequence = '';
          else if (sequence.length === 2 && !/[[O]/.test(key)) sequence = '';
          continue;
        }
        if (key === '\r' || key === '\n') {
          end();
          // What was typed ahead belongs to the next question.
          if (at < text.length) keys.unshift(text.slice(at));
          done(typed.join(''));
          return;
        }
        if (key === CTRL_C || key === CTRL_D) {
          cancel();
          return;
        }
        if (key === CTRL_U) {
          erase(typed.length);
          typed = [];
        } else if (key === BACKSPACE || key === '\b') {
          if (typed.pop() !== undefined) erase(1);
        } else if (key >= ' ' || mask !== null) {
          // Nothing of a password is dropped in silence: what cannot be part of one is said when it is judged.
          typed.push(key);
          write(mask ?? printable(key));
        }
      }
    };
    keys.on('data', onData);
    keys.on('end', onEnd);
    keys.resume();
  });
}
