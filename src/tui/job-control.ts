/** The shell's job control: the whole foreground group stops, as Ctrl+Z in a cooked terminal does it. Resolves after fg. */
export function stopped(): Promise<void> {
  const heard = process.listeners('SIGTSTP');
  // A signal that is listened to stops nobody.
  process.removeAllListeners('SIGTSTP');
  return new Promise((done) => {
    process.once('SIGCONT', () => {
      for (const listener of heard) process.on('SIGTSTP', listener);
      done();
    });
    process.kill(0, 'SIGTSTP');
  });
}
