/** Bundles TypeScript entries and their imports to JavaScript, for dist and for the bench of the screen. */
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const ours = `${root}src/tui/width/`;
const replacements: Record<string, string> = {
  'string-width': 'string-width.ts',
  '@alcalzone/ansi-tokenize': 'ansi-tokenize.ts',
};
/** Packages that format --help. They keep their own version of string-width; the daemon bundles them too. */
const help = /\/node_modules\/(yargs|cliui)\//;

/**
 * Replaces two packages for Ink and its dependencies with our caching versions, which import the originals. A `require` is left
 * alone: it comes from a package that needs an older version with other exports.
 */
const widthCache: Plugin = {
  name: 'width-cache',
  setup({ onResolve }) {
    onResolve({ filter: /^(string-width|@alcalzone\/ansi-tokenize)$/ }, ({ path, importer, kind }) =>
      kind !== 'import-statement' || importer.startsWith(ours) || help.test(importer)
        ? undefined
        : { path: ours + replacements[path] },
    );
  },
};

/** Relative paths start at the root of the clone. Modules shared by several entries become chunks, so each module is written once. */
export async function bundle(options: Pick<BuildOptions, 'entryPoints' | 'outdir' | 'outExtension'>): Promise<void> {
  await build({
    ...options,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node24.7',
    minifySyntax: true,
    legalComments: 'linked',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: ['piscina', 'node-rsa', '@serenity-kit/opaque', 'pino'],
    alias: { 'react-devtools-core': './scripts/no-devtools.mjs' },
    plugins: [widthCache],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
  });
}
