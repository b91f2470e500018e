/** The daemon cannot start. The message is for the operator; the program exits with 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The command line, the environment or config.toml is wrong. The program exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
