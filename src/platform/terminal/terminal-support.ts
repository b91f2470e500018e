/** Keys come over a network, in pieces at times. */
export function isRemote({ SSH_CONNECTION, SSH_TTY }: Environment): boolean {
  return Boolean(SSH_CONNECTION || SSH_TTY);
}

type Environment = Record<string, string | undefined>;

/** Where no screen can be, or should not: no terminal, or one that only takes lines. */
export function isScreenless(process: {
  stdin: { isTTY?: boolean };
  stdout: { isTTY?: boolean };
  env: Environment;
}): boolean {
  const { stdin, stdout, env } = process;
  return stdin.isTTY !== true || stdout.isTTY !== true || isLineOnly(env);
}

/**
 * Whether nothing that was written may be drawn over: the terminal cannot move its cursor (TERM=dumb), or the person hears
 * instead of looking (INK_SCREEN_READER, as Ink has it).
 */
export function isLineOnly(env: Environment): boolean {
  return env.TERM === 'dumb' || /^(?:1|true|yes)$/i.test(env.INK_SCREEN_READER ?? '');
}
