import { join } from 'node:path';
import test from 'ava';
import { expandHome, programFolder } from '../../src/platform/home.ts';

const on = (platform: NodeJS.Platform, env: { [name: string]: string }) => ({ platform, env });

test('each system has its own folder, and a relative XDG variable is ignored', (t) => {
  t.is(programFolder('x', 'data', on('linux', { HOME: '/h' })), '/h/.local/share/x');
  t.is(programFolder('x', 'config', on('linux', { HOME: '/h' })), '/h/.config/x');
  t.is(programFolder('x', 'data', on('linux', { HOME: '/h', XDG_DATA_HOME: '/d' })), '/d/x');
  t.is(programFolder('x', 'data', on('linux', { HOME: '/h', XDG_DATA_HOME: 'd' })), '/h/.local/share/x');
  t.is(programFolder('x', 'data', on('darwin', { HOME: '/h' })), '/h/Library/Application Support/x');
  t.is(programFolder('x', 'config', on('win32', { APPDATA: 'C:\\a' })), join('C:\\a', 'x', 'Config'));
});

test('without an absolute HOME there is no folder, and none in the current one', (t) => {
  for (const env of [{}, { HOME: '' }, { HOME: '.' }, { HOME: 'h', XDG_DATA_HOME: 'd' }])
    for (const platform of ['linux', 'darwin'] as const) t.is(programFolder('x', 'data', on(platform, env)), null);
  t.is(programFolder('x', 'data', on('linux', { XDG_DATA_HOME: '/d' })), '/d/x', 'HOME is not needed then');
});

test('in a path from an option only ~ or a leading ~/ means the home folder', (t) => {
  for (const [named, path] of [
    ['~', '/h'],
    ['~/x', '/h/x'],
    ['./~/x', '/here/~/x'],
    ['~bob/x', '/here/~bob/x'],
    ['x/~', '/here/x/~'],
    ['/y', '/y'],
  ] as const)
    t.is(expandHome(named, '/here', '/h'), path);
});
