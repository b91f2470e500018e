import test from 'ava';
import fc from 'fast-check';
import { explain, jsonLine, Output } from '../../../src/cli/console/output.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { ProtocolError, Refusal } from '../../../src/protocol/base/errors.ts';

function capture(json: boolean, quiet = false): { output: Output; out: string[]; err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  const sink = (to: string[]) => ({ write: (text: string) => to.push(text) });
  return { output: new Output({ json, quiet, stdout: sink(out), stderr: sink(err) }), out, err };
}

test('a result is printed as a line, or as compact JSON with v: 1', (t) => {
  const plain = capture(false);
  plain.output.result({ type: 'user', name: 'bob' }, 'bob  online');
  t.deepEqual([plain.out, plain.err], [['bob  online\n'], []]);
  const json = capture(true);
  json.output.result({ type: 'user', name: 'bob' }, 'bob  online');
  t.deepEqual(json.out, ['{"v":1,"type":"user","name":"bob"}\n']);
});

test('--quiet leaves out remarks but not warnings', (t) => {
  const { output, out, err } = capture(false, true);
  output.info('connecting');
  output.warn('the file can be read by others');
  t.deepEqual([out, err], [[], ['securechat: the file can be read by others\n']]);
});

test('each kind of error has its exit status', (t) => {
  const statuses: [unknown, number][] = [
    [new ClientError('usage', 'x'), 2],
    [new ClientError('login-refused', 'x'), 3],
    [new Refusal('login-refused', 'x'), 3],
    [new ClientError('unreachable', 'x'), 4],
    [new ClientError('not-a-daemon', 'x'), 4],
    [new ClientError('version', 'x'), 4],
    [new ClientError('untrusted', 'x'), 5],
    [new ClientError('key-changed', 'x'), 5],
    [new Refusal('no-such-user', 'x'), 6],
    [new Refusal('name-taken', 'x'), 6],
    [new Refusal('quota', 'x'), 6],
    [new Refusal('bad-name', 'x'), 2],
    [new Refusal('internal', 'x'), 1],
    [new ProtocolError('note', 'x'), 1],
    [new ProtocolError('version', 'x'), 4],
    [new TypeError('x'), 1],
    ['x', 1],
  ];
  for (const [error, status] of statuses) t.is(explain(error).status, status, String(error));
});

test('in JSON mode an error is an object on standard output and a line on standard error', (t) => {
  const { output, out, err } = capture(true);
  t.is(output.failure(new Refusal('no-such-user', 'nobody here is called bob')), 6);
  t.deepEqual(out, ['{"v":1,"type":"error","code":"no-such-user","message":"nobody here is called bob"}\n']);
  t.deepEqual(err, ['securechat: nobody here is called bob\n']);
});

test('property: no text puts a control or bidi character on the terminal; JSON keeps the exact value', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = jsonLine({ text });
      t.notRegex(line.slice(0, -1), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      t.deepEqual(JSON.parse(line), { text });
      const { output, out, err } = capture(false);
      output.result({ type: 'x' }, text);
      output.warn(text);
      for (const shown of [...out, ...err])
        t.notRegex(shown.replaceAll('\n', ''), /[\p{Cc}\p{Zl}\p{Zp}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u);
    }),
  );
});
