/** Ends a program when its standard output fails. */

type Stream = Pick<NodeJS.WriteStream, 'on' | 'write'>;
type Ending = { stdout: Stream; stderr: Stream; exit(status: number): void };

/**
 * Exits when standard output fails: with status 0 for a closed pipe (`| head`), which is no error; otherwise with 1 and a sentence, as
 * for a full disk. A failing standard error is ignored.
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
