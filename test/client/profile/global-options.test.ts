import test from 'ava';
import fc from 'fast-check';
import { ClientError } from '../../../src/client/errors.ts';
import { optionsFromEnvironment, optionsFromToml } from '../../../src/client/profile/global-options.ts';

const usage = { instanceOf: ClientError, code: 'usage' };

test('declared variables are read by their types', (t) => {
  const env = { SECURECHAT_SERVER: 'h:1', SECURECHAT_TRUST_NEW: '1', SECURECHAT_JSON: 'no', SECURECHAT_TIMEOUT: '2.5' };
  t.deepEqual(optionsFromEnvironment(env), { server: 'h:1', 'trust-new': true, json: false, timeout: 2.5 });
});

test('each hyphen of an option is an underscore in its variable', (t) => {
  const env = { SECURECHAT_PROFILE_PASSPHRASE_FILE: '/p' };
  t.deepEqual(optionsFromEnvironment(env), { 'profile-passphrase-file': '/p' });
});

test('unknown variables are ignored, and empty ones are unset', (t) => {
  t.deepEqual(optionsFromEnvironment({ SECURECHAT_PASSWORD: 'x', SECURECHAT_OTHER: '1', SECURECHAT_USER: '' }), {});
});

test('a variable of the wrong type is named', (t) => {
  t.regex(
    t.throws(() => optionsFromEnvironment({ SECURECHAT_JSON: 'maybe' }), usage)?.message ?? '',
    /SECURECHAT_JSON/,
  );
  t.throws(() => optionsFromEnvironment({ SECURECHAT_TIMEOUT: '-1' }), usage);
});

test('a folder from the environment or a file must be an absolute path', (t) => {
  for (const folder of ['p', './p', '../p', '~bob/p']) {
    for (const name of ['PROFILE', 'DOWNLOADS'])
      t.is(
        t.throws(() => optionsFromEnvironment({ [`SECURECHAT_${name}`]: folder }), usage)?.message,
        `SECURECHAT_${name} must be an absolute path, not "${folder}"`,
      );
    t.is(
      t.throws(() => optionsFromToml(`downloads = "${folder}"`, 'c.toml'), usage)?.message,
      `c.toml: downloads must be an absolute path, not "${folder}"`,
    );
  }
  for (const folder of ['/p', '~/p', '~']) {
    const env = { SECURECHAT_PROFILE: folder, SECURECHAT_DOWNLOADS: folder };
    t.deepEqual(optionsFromEnvironment(env), { profile: folder, downloads: folder });
    t.deepEqual(optionsFromToml(`downloads = "${folder}"`, 'c.toml'), { downloads: folder });
  }
});

test('config.toml has the same options', (t) => {
  t.deepEqual(optionsFromToml('server = "h:1"\ntrust-new = true\ntimeout = 3\n', 'c'), {
    server: 'h:1',
    'trust-new': true,
    timeout: 3,
  });
  t.deepEqual(optionsFromToml('quiet = "yes"', 'c'), { quiet: true });
  t.deepEqual(optionsFromToml('', 'c'), {});
});

test('a malformed config.toml is named with its problem', (t) => {
  const cases: [string, RegExp][] = [
    ['server = ', /c\.toml is not TOML/],
    ['pasword-file = "x"', /"pasword-file" is not an option/],
    ['profile = "x"', /"profile" is not an option/],
    ['constructor = "x"', /"constructor" is not an option/],
    ['server = 1', /c\.toml: server must be a text/],
    ['quiet = "banana"', /c\.toml: quiet must be yes or no/],
    ['json = 1', /c\.toml: json must be yes or no/],
    ['timeout = "soon"', /c\.toml: timeout must be a number/],
  ];
  for (const [text, sentence] of cases)
    t.regex(t.throws(() => optionsFromToml(text, 'c.toml'), usage)?.message ?? '', sentence);
});

test('any text raises only a ClientError', (t) => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        optionsFromToml(text, 'c');
      } catch (error) {
        t.true(error instanceof ClientError);
      }
    }),
  );
});
