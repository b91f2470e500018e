/** Writes the output of line mode: lines for a person, or objects for a program. */
import type { Device, Gap, Message, NewDevice, Person } from '../../client/types.ts';
import type { FileItem } from '../../tui/selectors/selectors.ts';
import type { Output } from '../console/output.ts';
import {
  reportDevice,
  reportFile,
  reportGap,
  reportMessage,
  reportNewDevice,
  reportSent,
  reportUser,
} from '../console/result-printer.ts';

export type Renderer = {
  /** Prints a line that the person must know. */
  say(line: string): void;
  /** Prints a line, except with --quiet. */
  remark(line: string): void;
  message(message: Message, lines: readonly string[]): void;
  gap(gap: Gap, line: string): void;
  /** An own message got its place; its author sees no line for it. */
  sent(message: Message): void;
  user(user: Pick<Person, 'name' | 'online' | 'fingerprint' | 'verified'>, line: string): void;
  file(item: Pick<FileItem, 'file' | 'saved'>, line: string): void;
  device(device: Device, line: string): void;
  newDevice(device: NewDevice, line: string): void;
};

/** `print` takes whole printable lines. With --json, objects go to `output` and sentences to standard error. */
export function rendererOn(output: Output, print: (line: string) => void): Renderer {
  if (output.json)
    return {
      say: (line) => output.warn(line),
      remark: (line) => output.info(line),
      message: (message) => reportMessage(output, message),
      gap: (gap) => reportGap(output, gap),
      sent: (message) => reportSent(output, message),
      user: (user, line) => reportUser(output, user, line),
      file: ({ file, saved }) => reportFile(output, file, saved),
      device: (device, line) => reportDevice(output, device, line),
      newDevice: (device, line) => reportNewDevice(output, device, line),
    };
  return {
    say: print,
    remark: output.quiet ? () => {} : print,
    message: (_, lines) => lines.forEach(print),
    gap: (_, line) => print(line),
    sent: () => {},
    user: (_, line) => print(line),
    file: (_, line) => print(line),
    device: (_, line) => print(line),
    newDevice: (_, line) => print(line),
  };
}
