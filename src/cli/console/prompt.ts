/** Asks questions at the terminal. Questions go to standard error, never to standard output. */
import { openSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { ReadStream } from 'node:tty';
import { ClientError } from '../../client/errors.ts';
import { printable } from '../../protocol/base/safe-text.ts';

export const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const BACKSPACE = '\u007f';
const ESCAPE = '\u001b';

/** The terminal to ask on: `keys` gives the typed characters in raw mode. */
export type Terminal = {
  keys: NodeJS.ReadableStream & { setRawMode(on: boolean): unknown };
  write(text: string): void;
};

/** Opens the controlling terminal, even when standard input is a pipe. Returns null if there is none. */
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

/** Asks for a password and shows a star for each character. @throws ClientError 'cancelled' on Ctrl+C and Ctrl+D */
export async function askPassword(terminal: Terminal, question: string): Promise<string> {
  return readLine(terminal, `${question} `, '*');
}

/** Asks for one line, with echo. @throws ClientError 'cancelled' on Ctrl+C and Ctrl+D */
export async function askLine(terminal: Terminal, question: string): Promise<string> {
  return readLine(terminal, `${question} `, null);
}

/** Asks a yes-or-no question. @returns true for y and yes, else false. @throws ClientError 'cancelled' on Ctrl+C and Ctrl+D */
export async function askYesNo(terminal: Terminal, question: string): Promise<boolean> {
  const answer = await askLine(terminal, `${question} [y/N]`);
  return /^y(es)?$/i.test(answer.trim());
}

/** Reads one line in raw mode. Shows `mask` for each character, or the character itself if `mask` is null. */
function readLine({ keys, write }: Terminal, question: string, mask: string | null): Promise<string> {
  // Before the question: the terminal must not echo the answer or turn Ctrl+C into a signal.
  keys.setRawMode(true);
  write(question);
  // Not setEncoding(): the screen reads bytes from the same terminal later.
  const decoder = new StringDecoder('utf8');
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
      const text = typeof data === 'string' ? data : decoder.write(data);
      let at = 0;
      for (const key of text) {
        at += key.length;
        // Skip arrow and function keys: ESC, then [ or O, up to a letter or ~.
        if (key === ESCAPE || sequence !== '') {
          sequence += key;
          if (sequence.length > 2 && /[A-Za-z~]/.test(key)) sequence = '';
          else if (sequence.length === 2 && !/[[O]/.test(key)) sequence = '';
          continue;
        }
        if (key === '\r' || key === '\n') {
          end();
          // Text typed ahead answers the next question.
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
          // Keep control characters in a password; the password check reports them.
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
