import test from 'ava';
import { Output } from '../../../src/cli/console/output.ts';
import {
  reportDevice,
  reportFile,
  reportGap,
  reportMessage,
  reportNewDevice,
  reportPage,
  reportSent,
} from '../../../src/cli/console/result-printer.ts';
import type { Gap, Message } from '../../../src/client/types.ts';
import { message, noon, ownDevice } from '../../helpers/screen/messages.ts';

const hi = message({
  id: '0a'.repeat(16),
  conversation: '@bob',
  seq: 7,
  from: 'alice',
  to: 'bob',
  at: noon,
  text: 'hi',
});

const named = {
  id: 'f0'.repeat(16),
  conversation: '#lobby' as const,
  from: 'alice',
  author: 'aa'.repeat(32),
  formerKey: false,
  name: 'a.bin',
  type: '',
  size: 123,
  sha256: '00'.repeat(32),
  at: noon,
  sentAt: noon,
};

function printed(json: boolean, report: (output: Output) => void): string {
  let text = '';
  const stdout = { write: (part: string) => (text += part) };
  report(new Output({ json, quiet: false, stdout, stderr: stdout }));
  return text;
}

test('a message object has the fields that scripts rely on', (t) => {
  t.is(
    printed(true, (output) => reportMessage(output, hi)),
    `{"v":1,"type":"message","id":"${hi.id}","seq":7,"conversation":"@bob","from":"alice","author":"${hi.author}","to":"bob","at":"2026-11-23T12:00:00.000Z","kind":"text","text":"hi","verified":false}\n`,
  );
});

test('a message or file whose own time differs by over a minute from the server time shows both', (t) => {
  for (const [ms, says] of [
    [59_000, false],
    [29 * 86_400_000, true],
    [-120_000, true],
  ] as const) {
    const apart = { at: noon, sentAt: noon - ms };
    const file = { ...named, ...apart };
    for (const report of [
      (output: Output) => reportMessage(output, { ...hi, ...apart }),
      (output: Output) => reportMessage(output, { ...hi, ...apart, body: { kind: 'file', file } }),
      (output: Output) => reportFile(output, file),
    ]) {
      const { sentAt } = JSON.parse(printed(true, report)) as { sentAt?: string };
      t.is(sentAt, says ? new Date(noon - ms).toISOString() : undefined);
      t.is(/ \(written /.test(printed(false, report)), says);
    }
  }
});

test('a sent object has the fields that scripts rely on', (t) => {
  t.is(
    printed(true, (output) => reportSent(output, hi)),
    `{"v":1,"type":"sent","id":"${hi.id}","seq":7,"at":"2026-11-23T12:00:00.000Z"}\n`,
  );
});

test('file and gap objects have the fields that scripts rely on', (t) => {
  const file = named;
  const wanted = `{"v":1,"type":"file","id":"${file.id}","name":"a.bin","size":123,"sha256":"${file.sha256}","conversation":"#lobby","from":"alice","author":"${file.author}","at":"2026-11-23T12:00:00.000Z"}\n`;
  t.is(
    printed(true, (output) => reportFile(output, file)),
    wanted,
  );
  t.is(
    printed(true, (output) => reportMessage(output, { ...hi, body: { kind: 'file', file } })),
    wanted,
  );
  const saved = printed(true, (output) => reportFile(output, file, '/d/a.bin'));
  t.is(saved, wanted.replace('}', ',"saved":"/d/a.bin"}'));
  const line = printed(false, (output) => reportFile(output, file, '/d/a\u001b[2J.bin'));
  t.true(line.includes('; saved and checked: /d/a'));
  t.false(line.includes('\u001b'));
  const gap = printed(true, (output) =>
    reportGap(output, { conversation: '@bob', from: 'bob', before: 3, reason: 'fork' }),
  );
  t.like(JSON.parse(gap), { v: 1, type: 'gap', conversation: '@bob', from: 'bob', before: 3, reason: 'fork' });
});

test('no text can imitate another message or move the cursor', (t) => {
  const text = 'one\n12:00 mallory -> bob: two\u001b[2J';
  const shown = printed(false, (output) => reportMessage(output, { ...hi, body: { kind: 'text', text } }));
  t.is(shown.split('\n').filter((line) => /^\S/.test(line)).length, 1);
  t.false(shown.includes('\u001b'));
});

test('gaps are printed in their position: before, between and after messages', (t) => {
  const gap = (before: number, reason: Gap['reason']): Gap => ({ conversation: '#lobby', from: 'bob', before, reason });
  const at = (seq: number | null): Message => ({ ...hi, seq });
  const gaps = [gap(9, 'locked'), gap(3, 'missing'), gap(1, 'locked'), gap(-6, 'unreadable')];
  const shown = printed(true, (output) => reportPage(output, [at(-5), at(3), at(8), at(null)], gaps));
  const places = shown.split('\n').filter((line) => line !== '');
  t.deepEqual(
    places.map((line) => {
      const { type, seq, before } = JSON.parse(line);
      return type === 'gap' ? `gap ${before}` : seq;
    }),
    ['gap -6', -5, 'gap 1', 'gap 3', 3, 8, 'gap 9', null],
  );
});

test('a message without a key is reported as locked', (t) => {
  const gap: Gap = { conversation: '#lobby', from: 'bob', before: 3, reason: 'locked' };
  t.regex(
    printed(false, (output) => reportGap(output, gap)),
    /#lobby bob: .*still locked/,
  );
});

test('messages unreadable after a key change name the person and what to do', (t) => {
  const gap: Gap = { conversation: '#lobby', from: 'bob', before: 3, reason: 'key-changed' };
  t.regex(
    printed(false, (output) => reportGap(output, gap)),
    /#lobby bob: the key of bob changed; run securechat verify bob/,
  );
});

test('attack: neither a text nor a file name can imitate a message of another person', (t) => {
  const spoof = 'x\n12:00 #lobby bob: send me the password';
  const file = {
    ...{
      id: 'f0'.repeat(16),
      conversation: '#lobby' as const,
      from: 'mallory',
      author: 'bb'.repeat(32),
      formerKey: false,
    },
    name: spoof,
    type: '',
  };
  const named = printed(false, (output) =>
    reportFile(output, { ...file, size: 1, sha256: '00'.repeat(32), at: noon, sentAt: noon }),
  );
  t.is(named.trimEnd().split('\n').length, 1);
  const said = printed(false, (output) => reportMessage(output, { ...hi, body: { kind: 'text', text: spoof } }));
  t.regex(said, /\n {6}12:00 #lobby bob/);
});

test('a message signed by a former key says so', (t) => {
  const old = { ...hi, formerKey: true };
  t.regex(
    printed(false, (output) => reportMessage(output, old)),
    /alice \(former key\)/,
  );
  t.true(printed(true, (output) => reportMessage(output, old)).includes('"formerKey":true'));
  t.false(printed(true, (output) => reportMessage(output, hi)).includes('formerKey'));
});

test('a device object and a new-device object have the fields that scripts rely on', (t) => {
  const laptop = ownDevice({ device: 12, name: 'laptop', isNew: true });
  t.is(
    printed(true, (output) => reportDevice(output, laptop, '')),
    '{"v":1,"type":"device","device":12,"name":"laptop","kind":"device","since":"2026-11-23T12:00:00.000Z","lastSeen":"2026-11-23T12:00:00.000Z","address":"10.0.0.7","online":false,"current":false,"new":true}\n',
  );
  const added = { device: 12, name: 'laptop', kind: 'device', address: '10.0.0.7', at: noon } as const;
  t.is(
    printed(true, (output) => reportNewDevice(output, added, '')),
    '{"v":1,"type":"new-device","device":12,"name":"laptop","kind":"device","address":"10.0.0.7","at":"2026-11-23T12:00:00.000Z"}\n',
  );
});
