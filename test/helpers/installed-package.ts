/** Installs the package as users do: packed, unpacked, and with its declared dependencies. */
import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import manifest from '../../package.json' with { type: 'json' };
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** @returns the folder with node_modules, and the paths of the package's files */
export async function installPackage(t: ExecutionContext): Promise<{ dir: string; files: string[] }> {
  const dir = await temporaryFolder(t);
  const modules = join(dir, 'node_modules');
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', dir], { cwd: root });
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  if (packed === undefined) throw new Error(`npm pack answered ${stdout}`);
  await mkdir(modules);
  await run('tar', ['-xzf', join(dir, packed.filename), '-C', modules]);
  await run('mv', [join(modules, 'package'), join(modules, 'securechat')]);
  for (const name of Object.keys(manifest.dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  return { dir, files: packed.files.map(({ path }) => path) };
}
