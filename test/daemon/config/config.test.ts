import { homedir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { applyLive, type Environment, readConfig } from '../../../src/daemon/config/config.ts';

function environment(files: { [path: string]: string } = {}, env: Environment['env'] = {}): Environment {
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

test('the defaults hold without flags, environment and file', (t) => {
  t.deepEqual(readConfig({}, environment()), {
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

test('the data folder comes from the flag, the first STATE_DIRECTORY, a users.txt in the current folder, or XDG, in this order', (t) => {
  const env = { STATE_DIRECTORY: '/var/lib/a:/var/lib/b' };
  const files = { '/here/users.txt': '' };
  t.is(readConfig({ 'data-dir': 'sub' }, environment(files, env)).dataDir, '/here/sub');
  t.like(readConfig({ 'data-dir': '~/d', 'log-file': '~/log' }, environment()), {
    dataDir: join(homedir(), 'd'),
    logFile: join(homedir(), 'log'),
  });
  t.is(readConfig({}, environment(files, env)).dataDir, '/var/lib/a');
  t.is(readConfig({}, environment(files)).dataDir, '/here');
  t.is(readConfig({}, environment()).dataDir, '/xdg/securechat-daemon');
});

test('a data folder from the environment or the file must be an absolute path', (t) => {
  const file = (path: string) => environment({ '/here/c.toml': `data-dir = "${path}"` });
  const cases: [() => unknown, RegExp][] = [
    [
      () => readConfig({}, environment({}, { STATE_DIRECTORY: 'state' })),
      /^STATE_DIRECTORY "state" is not an absolute path/,
    ],
    [
      () => readConfig({}, environment({}, { SECURECHAT_DATA_DIR: './d' })),
      /^SECURECHAT_DATA_DIR ".\/d" is not an abs.*path/,
    ],
    [() => readConfig({ config: 'c.toml' }, file('d')), /^\/here\/c\.toml: data-dir "d" is not an absolute path/],
  ];
  for (const [run, message] of cases) t.throws(run, { name: 'UsageError', message });
  for (const given of ['/srv/chat', '~/chat']) {
    const dataDir = given.replace('~', homedir());
    t.is(readConfig({}, environment({}, { SECURECHAT_DATA_DIR: given })).dataDir, dataDir);
    t.is(readConfig({ config: 'c.toml' }, file(given)).dataDir, dataDir);
  }
  const named = { SECURECHAT_DATA_DIR: 'd', STATE_DIRECTORY: 'state' };
  t.is(
    readConfig({ 'data-dir': 'sub' }, environment({}, named)).dataDir,
    '/here/sub',
    'what is not used is not judged',
  );
});

test(
  'the data folder must be given if there is no home folder',
  refused,
  () => readConfig({}, { ...environment(), xdgData: null }),
  /HOME must be an absolute path.*--data-dir/,
);

test('flags win over the environment, and the environment over the file', (t) => {
  const files = { '/xdg/securechat-daemon/config.toml': 'port = 1\nhost = "file"\nquota = "3M"\n' };
  const config = readConfig({ port: '3' }, environment(files, { SECURECHAT_PORT: '2', SECURECHAT_HOST: 'env' }));
  t.like(config, { port: 3, host: 'env', quota: 3 * 1024 ** 2 });
});

test('no-broadcast is a flag, yes or no in the environment, and a boolean in the file', (t) => {
  const file = (text: string) => environment({ '/xdg/securechat-daemon/config.toml': text });
  t.false(readConfig({ 'no-broadcast': 'yes' }, environment()).broadcast);
  t.false(readConfig({}, environment({}, { SECURECHAT_NO_BROADCAST: 'yes' })).broadcast);
  t.true(readConfig({}, environment({}, { SECURECHAT_NO_BROADCAST: 'no' })).broadcast);
  t.false(readConfig({}, environment({}, { SECURECHAT_NO_BROADCAST: '1' })).broadcast);
  t.false(readConfig({}, file('no-broadcast = true')).broadcast);
  t.true(readConfig({}, file('no-broadcast = false')).broadcast);
  t.true(readConfig({ 'no-broadcast': 'no' }, file('no-broadcast = true')).broadcast);
});
test(
  'a text that is not yes or no is refused for a boolean',
  refused,
  () => readConfig({}, environment({}, { SECURECHAT_NO_BROADCAST: '7' })),
  /^SECURECHAT_NO_BROADCAST "7" is not yes or no/,
);
test(
  'a wrong value is refused with the file it stands in',
  refused,
  () => readConfig({}, environment({ '/xdg/securechat-daemon/config.toml': 'no-broadcast = "banana"' })),
  /^\/xdg\/securechat-daemon\/config\.toml: no-broadcast "banana" is not yes or no/,
);
test(
  'a boolean is refused for a text',
  refused,
  () => readConfig({}, environment({ '/xdg/securechat-daemon/config.toml': 'quota = true' })),
  /must be text/,
);

test('unknown names in the environment are ignored', (t) => {
  t.is(readConfig({}, environment({}, { SECURECHAT_SERVER: 'x', SECURECHAT_NONSENSE: '1', PORT: '9' })).port, 65_345);
});

test('a file given with --config may set the data folder', (t) => {
  t.is(
    readConfig({ config: 'c.toml' }, environment({ '/here/c.toml': 'data-dir = "/srv/chat"' })).dataDir,
    '/srv/chat',
  );
});

test(
  'a port out of range is refused',
  refused,
  () => readConfig({ port: '65536' }, environment()),
  /65536.*not a port/,
);
test('a port in words is refused', refused, () => readConfig({ port: '1e3' }, environment()), /not a port/);
test(
  'a malformed size is refused',
  refused,
  () => readConfig({ quota: 'lots' }, environment()),
  /--quota "lots" is not a size/,
);
test(
  'an unknown registration mode is refused',
  refused,
  () => readConfig({ registration: 'maybe' }, environment()),
  /open, invite, closed/,
);
test(
  'a missing file given with --config is refused',
  refused,
  () => readConfig({ config: 'no.toml' }, environment()),
  /cannot read/,
);
test(
  'an unknown key is refused',
  refused,
  () => readConfig({ config: 'c.toml' }, environment({ '/here/c.toml': 'prot = 1' })),
  /unknown key "prot"/,
);
test(
  'a file that is not TOML is refused',
  refused,
  () => readConfig({ config: 'c.toml' }, environment({ '/here/c.toml': 'port = ' })),
  /is not TOML/,
);

test('SIGHUP applies what may change at run time and names what needs a restart', (t) => {
  const config = readConfig({}, environment());
  const waiting = applyLive(config, readConfig({ port: '1', registration: 'closed', quota: '1G' }, environment()));
  t.deepEqual(waiting, ['port']);
  t.like(config, { port: 65_345, registration: 'closed', quota: 1024 ** 3 });
});
