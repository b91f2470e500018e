import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openerFor, openInBrowser } from '../../src/platform/open-in-browser.ts';
import { until } from '../helpers/until.ts';

const display = { DISPLAY: ':0' };

test('each system has its own program, and the link is one argument', (t) => {
  const link = 'https://example.org/a?b=1&c=$(x)`y`';
  const href = new URL(link).href;
  t.deepEqual(openerFor(link, { platform: 'linux', env: display }), ['xdg-open', href]);
  t.deepEqual(openerFor(link, { platform: 'darwin', env: {} }), ['open', href]);
  t.deepEqual(openerFor(link, { platform: 'win32', env: {} })?.at(-1), href);
});

test('only web links are opened, and only with a display', (t) => {
  for (const link of ['file:///etc/passwd', 'javascript:1', 'mailto:a@b.c', '--help', '', 'ssh://x'])
    t.is(openerFor(link, { platform: 'linux', env: display }), null, link);
  t.is(openerFor('https://example.org', { platform: 'linux', env: {} }), null);
});

test.serial('the program gets the exact link', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sc-open-'));
  const path = process.env.PATH;
  t.teardown(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });
  const seen = join(folder, 'seen');
  writeFileSync(
    join(folder, 'xdg-open'),
    `#!/bin/sh\nprintf '%s|' "$#" "$@" > '${seen}.new'; mv '${seen}.new' '${seen}'\n`,
  );
  chmodSync(join(folder, 'xdg-open'), 0o755);
  process.env.PATH = `${folder}:${path}`;
  t.true(await openInBrowser("https://example.org/;touch%20x?'a'", { platform: 'linux', env: display }));
  const text = () => {
    try {
      return readFileSync(seen, 'utf8');
    } catch {
      return '';
    }
  };
  await until(() => text() !== '');
  t.is(text(), '1|https://example.org/;touch%20x?%27a%27|');
  process.env.PATH = '/nowhere';
  t.false(await openInBrowser('https://example.org', { platform: 'linux', env: display }));
});
