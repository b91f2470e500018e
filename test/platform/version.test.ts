import test from 'ava';
import manifest from '../../package.json' with { type: 'json' };
import { VERSION } from '../../src/platform/version.ts';

test('the version is that of package.json', (t) => {
  t.is(VERSION, manifest.version);
});
