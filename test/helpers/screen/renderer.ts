import type { Renderer } from '../../../src/cli/plain/renderer.ts';

/** A renderer that passes every output on as a line. */
export function rendererTo(say: (line: string) => void): Renderer {
  const line = (_: unknown, text: string) => say(text);
  return {
    say,
    remark: say,
    message: (_, spoken) => spoken.forEach(say),
    gap: line,
    sent: () => {},
    user: line,
    file: line,
    device: line,
    newDevice: line,
  };
}
