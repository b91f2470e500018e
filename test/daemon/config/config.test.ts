import { homedir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { applyLive, type Environment, readConfig } from '../../../src/daemon/config/config.ts';

function around(files: { [path: string]: string } = {}, env: Environment['env'] = {}): Environment {
  return {
    env,
    cwd: '/here',
    xdgData: '/xdg/securechat-daemon',
    exists: (path) => path in files,
    readText: (path) => files[path] ?? null,
  };
}

const refused = test.macro((t, run: () => unknown, message: RegExp) => {
  t.throws(run, { name: 'UsageError', message });
});

test('what holds without a word', (t) => {
  t.deepEqual(readConfig({}, around()), {
    dataDir: '/xdg/securechat-daemon',
    host: '127.0.0.1',
    port: 65_345,
    broadcast: true,
    registration: 'open',
    maxFileSize: 2 * 1024 ** 3,
    quota: 10 * 1024 ** 3,
    messageQuota: 1024 ** 3,
    retention: null,
    logLevel: 'info',
    logFile: null,
  });
});

test('the data folder: flag, STATE_DIRECTORY (the first), a users.txt here, XDG', (t) => {
  const env = { STATE_DIRECTORY: '/var/lib/a:/var/lib/b' };
  const files = { '/here/users.txt': '' };
  t.is(readConfig({ 'data-dir': 'sub' }, around(files, env)).dataDir, '/here/sub');
  t.like(readConfig({ 'data-dir': '~/d', 'log-file': '~/log' }, around()), {
    dataDir: join(homedir(), 'd'),
    logFile: join(homedir(), 'log'),
  });
  t.is(readConfig({}, around(files, env)).dataDir, '/var/lib/a');
  t.is(readConfig({}, around(files)).dataDir, '/here');
  t.is(readConfig({}, around()).dataDir, '/xdg/securechat-daemon');
});

test('a data folder that was not typed here is never one below the current folder', (t) => {
  const file = (path: string) => around({ '/here/c.toml': `data-dir = "${path}"` });
  const cases: [() => unknown, RegExp][] = [
    [
      () => readConfig({}, around({}, { STATE_DIRECTORY: 'state' })),
      /^STATE_DIRECTORY "state" is not an absolute path/,
    ],
    [
      () => readConfig({}, around({}, { SECURECHAT_DATA_DIR: './d' })),
      /^SECURECHAT_DATA_DIR ".\/d" is not an abs.*path/,
    ],
    [() => readConfig({ config: 'c.toml' }, file('d')), /^\/here\/c\.toml: data-dir "d" is not an absolute path/],
  ];
  for (const [run, message] of cases) t.throws(run, { name: 'UsageError', message });
  for (const given of ['/srv/chat', '~/chat']) {
    const dataDir = given.replace('~', homedir());
    t.is(readConfig({}, around({}, { SECURECHAT_DATA_DIR: given })).dataDir, dataDir);
    t.is(readConfig({ config: 'c.toml' }, file(given)).dataDir, dataDir);
  }
  const named = { SECURECHAT_DATA_DIR: 'd', STATE_DIRECTORY: 'state' };
  t.is(readConfig({ 'data-dir': 'sub' }, around({}, named)).dataDir, '/here/sub', 'what is not used is not judged');
});

test(
  'without a home folder the data has to be given a place',
  refused,
  () => readConfig({}, { ...around(), xdgData: null }),
  /HOME must be an absolute path.*--data-dir/,
);

test('flags win, then the environment, then the file', (t) => {
  const files = { '/xdg/securechat-daemon/config.toml': 'port = 1\nhost = "file"\nquota = "3M"\n' };
  const config = readConfig({ port: '3' }, around(files, { SECURECHAT_PORT: '2', SECURECHAT_HOST: 'env' }));
  t.like(config, { port: 3, host: 'env', quota: 3 * 1024 ** 2 });
});

test('the switch: a flag, yes or no in the environment, a truth value in the file', (t) => {
  const file = (text: string) => around({ '/xdg/securechat-daemon/config.toml': text });
  t.false(readConfig({ 'no-broadcast': 'yes' }, around()).broadcast);
  t.false(readConfig({}, around({}, { SECURECHAT_NO_BROADCAST: 'yes' })).broadcast);
  t.true(readConfig({}, around({}, { SECURECHAT_NO_BROADCAST: 'no' })).broadcast);
  t.false(readConfig({}, around({}, { SECURECHAT_NO_BROADCAST: '1' })).broadcast);
  t.false(readConfig({}, file('no-broadcast = true')).broadcast);
  t.true(readConfig({}, file('no-broadcast = false')).broadcast);
  t.true(readConfig({ 'no-broadcast': 'no' }, file('no-broadcast = true')).broadcast);
});
test(
  'a switch with a text',
  refused,
  () => readConfig({}, around({}, { SECURECHAT_NO_BROADCAST: '7' })),
  /^SECURECHAT_NO_BROADCAST "7" is not yes or no/,
);
test(
  'a wrong value is said with the file that holds it',
  refused,
  () => readConfig({}, around({ '/xdg/securechat-daemon/config.toml': 'no-broadcast = "banana"' })),
  /^\/xdg\/securechat-daemon\/config\.toml: no-broadcast "banana" is not yes or no/,
);
test(
  'a truth value for a text',
  refused,
  () => readConfig({}, around({ '/xdg/securechat-daemon/config.toml': 'quota = true' })),
  /must be text/,
);

test('names of the environment that are not ours are ignored', (t) => {
  t.is(readConfig({}, around({}, { SECURECHAT_SERVER: 'x', SECURECHAT_NONSENSE: '1', PORT: '9' })).port, 65_345);
});

test('a file that is named may hold the data folder', (t) => {
  t.is(readConfig({ config: 'c.toml' }, around({ '/here/c.toml': 'data-dir = "/srv/chat"' })).dataDir, '/srv/chat');
});

test('a port that is none', refused, () => readConfig({ port: '65536' }, around()), /65536.*not a port/);
test('a port in words', refused, () => readConfig({ port: '1e3' }, around()), /not a port/);
test('a size that is none', refused, () => readConfig({ quota: 'lots' }, around()), /--quota "lots" is not a size/);
test('a mode that is none', refused, () => readConfig({ registration: 'maybe' }, around()), /open, invite, closed/);
test('a file that is not there', refused, () => readConfig({ config: 'no.toml' }, around()), /cannot read/);
test(
  'an unknown key',
  refused,
  () => readConfig({ config: 'c.toml' }, around({ '/here/c.toml': 'prot = 1' })),
  /unknown key "prot"/,
);
test(
  'a file that is not TOML',
  refused,
  () => readConfig({ config: 'c.toml' }, around({ '/here/c.toml': 'port = ' })),
  /is not TOML/,
);

test('HUP takes over what may change and names what waits', (t) => {
  const config = readConfig({}, around());
  const waiting = applyLive(config, readConfig({ port: '1', registration: 'closed', quota: '1G' }, around()));
  t.deepEqual(waiting, ['port']);
  t.like(config, { port: 65_345, registration: 'closed', quota: 1024 ** 3 });
});
