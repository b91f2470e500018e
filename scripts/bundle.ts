/** How the terminal program, and what a bench measures in its stead, become plain JavaScript. */
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const remembered = `${root}src/tui/width/`;
const inPlaceOf: Record<string, string> = {
  'string-width': 'string-width.ts',
  '@alcalzone/ansi-tokenize': 'ansi-tokenize.ts',
};

/** Whoever imports one of these gets ours, which alone gets the real one. A `require` is of older ones, of another shape. */
const remembering: Plugin = {
  name: 'remembering',
  setup({ onResolve }) {
    onResolve({ filter: /^(string-width|@alcalzone\/ansi-tokenize)$/ }, ({ path, importer, kind }) =>
      kind !== 'import-statement' || importer.startsWith(remembered)
        ? undefined
        : { path: remembered + inPlaceOf[path] },
    );
  },
};

/** Entries and where they go are the caller's; relative ones are of the clone. */
export async function bundle(options: Pick<BuildOptions, 'entryPoints' | 'outdir' | 'outExtension'>): Promise<void> {
  await build({
    ...options,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22.13',
    minifySyntax: true,
    legalComments: 'linked',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: ['piscina', 'node-rsa', '@serenity-kit/opaque', 'pino'],
    alias: { 'react-devtools-core': './scripts/no-devtools.mjs' },
    plugins: [remembering],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
  });
}
