/** Ends a program whose output cannot be written. */

type Stream = Pick<NodeJS.WriteStream, 'on' | 'write'>;
type Ending = { stdout: Stream; stderr: Stream; exit(status: number): void };

/**
 * Ends `process` when its standard output fails: with 0 for a closed pipe (`| head`), else with 1 and a sentence, as when the disk is
 * full. A standard error that fails does not end it.
 */
export function exitOnOutputError(process: Ending, program: string): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return process.exit(0);
    const why = error.code === 'ENOSPC' || error.code === 'EDQUOT' ? 'the disk is full' : error.message;
    process.stderr.write(`${program}: not all of the output could be written: ${why}\n`);
    process.exit(1);
  });
}
