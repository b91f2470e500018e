/** Where line mode speaks: lines for a person, or objects for a program. */
import type { Gap, Message } from '../client/types.ts';
import { reportGap, reportMessage } from '../commands/report.ts';
import type { Output } from '../output.ts';

export type Voice = {
  /** Something the person must know. */
  say(line: string): void;
  /** Not with --quiet. */
  remark(line: string): void;
  message(message: Message, lines: readonly string[]): void;
  gap(gap: Gap, line: string): void;
};

/** `print` takes whole printable lines; with --json messages are objects on `output` and the rest goes to standard error. */
export function voiceOn(output: Output, print: (line: string) => void): Voice {
  if (output.json)
    return {
      say: (line) => output.warn(line),
      remark: (line) => output.remark(line),
      message: (message) => reportMessage(output, message),
      gap: (gap) => reportGap(output, gap),
    };
  return {
    say: print,
    remark: output.quiet ? () => {} : print,
    message: (_, lines) => lines.forEach(print),
    gap: (_, line) => print(line),
  };
}
