/** What `doing` gives; null when the file that it is about is not there. @throws every other error of the file system */
export async function nullIfMissing<T>(doing: Promise<T>): Promise<T | null> {
  try {
    return await doing;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
