import test from 'ava';
import { connectionLog, logTo } from '../../src/daemon/log.ts';

function lines(level = 'trace') {
  const written: string[] = [];
  const logger = logTo({ write: (line: string) => void written.push(line) }, level);
  return { logger, read: () => written.map((line) => JSON.parse(line) as { [field: string]: unknown }) };
}

test('only allowed fields are written, and what a connection is bound to', (t) => {
  const { logger, read } = lines();
  connectionLog(logger, { conn: 3, address: '::1\u001b' }).info(
    { evt: 'seen', user: 'alice', password: 'y', body: new Uint8Array(3) },
    'hello',
  );
  const [line] = read();
  t.like(line, { level: 30, conn: 3, evt: 'seen', user: 'alice', msg: 'hello' });
  t.deepEqual(Object.keys(line ?? {}).sort(), ['address', 'conn', 'evt', 'level', 'msg', 'time', 'user']);
});

test('control characters never reach the log', (t) => {
  const { logger, read } = lines();
  logger.info({ software: 'evil\u001b[2J\u202e\n' }, 'text \u001b]0;title\u0007');
  t.notRegex(JSON.stringify(read()), /\\u001b|\\u0007|\u202e|\\n/);
});

test('an error with its stack, and nothing else that hangs on it', (t) => {
  const { logger, read } = lines();
  logger.error({ err: Object.assign(new Error('broken'), { code: 'EX', secret: 'z' }) }, 'failed');
  const err = read()[0]?.err as { [field: string]: unknown };
  t.like(err, { type: 'Error', code: 'EX', message: 'broken' });
  t.deepEqual(Object.keys(err).sort(), ['code', 'message', 'stack', 'type']);
});
