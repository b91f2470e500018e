/** What a shell command prints: results on standard output (plain lines or JSON), everything else on standard error. */

import { ClientError, type ClientErrorCode, exitStatus } from '../../client/errors.ts';
import { ProtocolError, Refusal, type RefusalCode } from '../../protocol/base/errors.ts';
import { printable } from '../../protocol/base/text.ts';

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

  /** One result: the object in JSON mode (with `v: 1` before it), else the line. */
  result(object: { type: string; [key: string]: unknown }, line: string): void {
    this.#stdout.write(this.json ? jsonLine({ v: 1, ...object }) : `${printableLines(line)}\n`);
  }

  /** A result that has no object of its own: nothing in JSON mode. */
  line(line: string): void {
    if (!this.json) this.#stdout.write(`${printableLines(line)}\n`);
  }

  /** A remark for the person; not with --quiet. */
  info(text: string): void {
    if (!this.quiet) this.#stderr.write(`${printableLines(text)}\n`);
  }

  /** Something the person must know even with --quiet. */
  warn(text: string): void {
    this.#stderr.write(`securechat: ${printableLines(text)}\n`);
  }

  /** Says what went wrong and returns the exit status for it. */
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
  version: exitStatus.version,
  internal: 1,
};

/** The code, the sentence and the exit status of anything that was thrown. */
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
      message: `what the daemon sent was refused: ${error.message}`,
      status: error.code === 'version' ? exitStatus.version : 1,
    };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', message: `unexpected: ${message}`, status: 1 };
}

/** Only what a terminal takes as text leaves this program, whoever wrote it. */
function printableLines(text: string): string {
  return printable(text, { lines: true });
}

/** Controls, format marks (bidi among them) and line separators: what may move a cursor or reorder a line. */
const nonPrinting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Compact; what a terminal could act on is escaped, so the value is exact and the line is harmless. */
export function jsonLine(object: unknown): string {
  const escaped = (c: string): string =>
    Array.from({ length: c.length }, (_, i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return `${JSON.stringify(object).replace(nonPrinting, escaped)}\n`;
}
