/** Folder `platform/terminal`: what programs ask of their terminal and their shell; it draws nothing. What the terminal can do. */

/** Whether keys arrive over SSH, at times in pieces. */
export function isRemote({ SSH_CONNECTION, SSH_TTY }: Environment): boolean {
  return Boolean(SSH_CONNECTION || SSH_TTY);
}

type Environment = Record<string, string | undefined>;

/** Whether the screen cannot be shown: there is no terminal, or one that takes only lines. */
export function isScreenless(process: {
  stdin: { isTTY?: boolean };
  stdout: { isTTY?: boolean };
  env: Environment;
}): boolean {
  const { stdin, stdout, env } = process;
  return stdin.isTTY !== true || stdout.isTTY !== true || isLineOnly(env);
}

/**
 * Whether written lines must not be drawn over: the terminal cannot move its cursor (TERM=dumb), or a screen reader reads them
 * (INK_SCREEN_READER, Ink's variable).
 */
export function isLineOnly(env: Environment): boolean {
  return env.TERM === 'dumb' || /^(?:1|true|yes)$/i.test(env.INK_SCREEN_READER ?? '');
}
