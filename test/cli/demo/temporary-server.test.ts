import { join } from 'node:path';
import test from 'ava';
import { nextSteps } from '../../../src/cli/demo/temporary-server.ts';

test('the next steps name the programs as they were called', (t) => {
  t.deepEqual(
    nextSteps('/usr/local/bin/securechat').map((line) => line.trim().split(/ {3,}/)[0]),
    ['securechat-daemon', "securechat 'JOIN-LINK'", 'securechat --help'],
  );
  t.deepEqual(
    nextSteps(join(process.cwd(), 'bin/securechat.js')).map((line) => line.trim().split(/ {3,}/)[0]),
    ['bin/securechat-daemon.js', "bin/securechat.js 'JOIN-LINK'", 'bin/securechat.js --help'],
  );
});
