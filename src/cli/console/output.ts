/** Prints the results of a shell command on standard output (plain lines or JSON) and everything else on standard error. */

import { ClientError, type ClientErrorCode, exitStatus } from '../../client/errors.ts';
import { ProtocolError, Refusal, type RefusalCode } from '../../protocol/base/errors.ts';
import { printable } from '../../protocol/base/safe-text.ts';

type Sink = { write(text: string): unknown };

export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly #stdout: Sink;
  readonly #stderr: Sink;

  constructor(options: { json: boolean; quiet: boolean; stdout: Sink; stderr: Sink }) {
    this.json = options.json;
    this.quiet = options.quiet;
    this.#stdout = options.stdout;
    this.#stderr = options.stderr;
  }

  /** Prints one result: in JSON mode the object (with `v: 1` first), otherwise the line. */
  result(object: { type: string; [key: string]: unknown }, line: string): void {
    this.#stdout.write(this.json ? jsonLine({ v: 1, ...object }) : `${printableLines(line)}\n`);
  }

  /** Prints a result that has no JSON form. Prints nothing in JSON mode. */
  line(line: string): void {
    if (!this.json) this.#stdout.write(`${printableLines(line)}\n`);
  }

  /** Prints a remark on standard error, unless --quiet is given. */
  info(text: string): void {
    if (!this.quiet) this.#stderr.write(`${printableLines(text)}\n`);
  }

  /** Prints a warning on standard error, even with --quiet. */
  warn(text: string): void {
    this.#stderr.write(`securechat: ${printableLines(text)}\n`);
  }

  /** Prints an error, in JSON mode also as an object, and returns its exit status. */
  failure(error: unknown): number {
    const { code, message, status } = explain(error);
    if (this.json) this.#stdout.write(jsonLine({ v: 1, type: 'error', code, message }));
    this.#stderr.write(`securechat: ${printableLines(message)}\n`);
    return status;
  }
}

const refusalStatus: Partial<Record<RefusalCode, number>> = {
  'login-refused': exitStatus['login-refused'],
  'must-renew': exitStatus['login-refused'],
  'bad-name': exitStatus.usage,
  internal: 1,
};

/** The code, the message and the exit status of a thrown value. */
export function explain(error: unknown): { code: string; message: string; status: number } {
  if (error instanceof ClientError) {
    const code: ClientErrorCode = error.code;
    return { code, message: error.message, status: exitStatus[code] };
  }
  if (error instanceof Refusal)
    return { code: error.code, message: error.message, status: refusalStatus[error.code] ?? exitStatus.refused };
  if (error instanceof ProtocolError)
    return {
      code: error.code,
      message: `the server broke the protocol: ${error.message}`,
      status: error.code === 'version' ? exitStatus.version : 1,
    };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', message: `unexpected: ${message}`, status: 1 };
}

/** Replaces control characters, so that no text can act on the terminal. Line breaks stay. */
function printableLines(text: string): string {
  return printable(text, { lines: true });
}

/** Characters that can move the cursor or reorder a line: controls, format characters (bidi included) and line separators. */
const nonPrinting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Compact JSON on one line. Escapes all characters that a terminal could act on; a parser gets the exact value back. */
export function jsonLine(object: unknown): string {
  const escaped = (c: string): string =>
    Array.from({ length: c.length }, (_, i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return `${JSON.stringify(object).replace(nonPrinting, escaped)}\n`;
}
