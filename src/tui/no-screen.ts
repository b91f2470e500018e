/** Where no screen can be, or should not: no terminal, one that cannot move its cursor (TERM=dumb), or a person who hears instead of looking (INK_SCREEN_READER, as Ink has it). */
export function noScreen(process: {
  stdin: { isTTY?: boolean };
  stdout: { isTTY?: boolean };
  env: Record<string, string | undefined>;
}): boolean {
  const { stdin, stdout, env } = process;
  return (
    stdin.isTTY !== true ||
    stdout.isTTY !== true ||
    env.TERM === 'dumb' ||
    /^(?:1|true|yes)$/i.test(env.INK_SCREEN_READER ?? '')
  );
}
