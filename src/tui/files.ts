/** Which file a word means: its name, or its id where several have the name. */
import { ClientError } from './client/errors.ts';
import type { FileInfo } from './client/types.ts';

/** `list` is the command that shows the files. @throws ClientError 'refused' when no file, or more than one, answers to `wanted`. */
export function choose(files: FileInfo[], wanted: string, list = 'securechat files'): FileInfo {
  const byId = files.filter(({ id }) => id === wanted.toLowerCase());
  const found = byId.length > 0 ? byId : files.filter(({ name }) => name === wanted);
  const [file] = found;
  if (file === undefined) throw new ClientError('refused', `there is no file "${wanted}"; see: ${list}`);
  if (found.length > 1) {
    const ids = found.map((each) => `${each.id} from ${each.from} in ${each.conversation}, ${each.size} bytes`);
    throw new ClientError(
      'refused',
      `${found.length} files are called "${wanted}"; say which by its id:\n  ${ids.join('\n  ')}`,
    );
  }
  return file;
}
