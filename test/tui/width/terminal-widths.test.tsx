/** No text moves a border, in any terminal: the three layers against terminals with other widths than ours. */
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { render } from 'ink';
import type { Event } from '../../../src/tui/state/event.ts';
import { nothingRemembered } from '../../../src/tui/state/event.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import { KeyReader } from '../../../src/tui/terminal/key-reader.ts';
import type { TerminalReply } from '../../../src/tui/terminal/sequences.ts';
import { withSteadyColumns } from '../../../src/tui/terminal/steady-columns.ts';
import { Survey } from '../../../src/tui/terminal/terminal-survey.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { App } from '../../../src/tui/view/app.tsx';
import { cursorOf } from '../../../src/tui/view/cursor.tsx';
import { kinds, plausibleWidths, samples, setWidths } from '../../../src/tui/width/cluster-widths.ts';
import { fill, width } from '../../../src/tui/width/measure.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { file, message, noon, person } from '../../helpers/screen/messages.ts';
import { type ModelOptions, terminalModel } from '../../helpers/screen/terminal-model.ts';

const size = { columns: 120, rows: 30 };
const texts = [
  '\u2764\ufe0f',
  '👨‍👩‍👧',
  '🇫🇷',
  '\u{1faea}',
  'e\u0301',
  '日本語',
  '👍🏽',
  '1\ufe0f\u20e3',
  '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  'မြန်မာ',
  '🙂',
];

type Model = ReturnType<typeof terminalModel>;

/** Surveys the terminal as the program does. @returns the answers that came in time */
async function survey(model: Model): Promise<Survey> {
  const reader = new KeyReader();
  const written: string[] = [];
  const clock = manualClock(noon);
  const asked = new Survey({
    output: { write: (text) => written.push(text) },
    clock,
    background: true,
    multiplexed: true,
  });
  model.onAnswer((text) => {
    for (const input of reader.push(Buffer.from(text))) asked.onReply(input as TerminalReply);
  });
  await model.write(written.join(''));
  const settled = asked.settled();
  clock.advance(100);
  await settled;
  return asked;
}

/** Draws the whole screen on the terminal with Ink, as the program does. */
async function draw(t: ExecutionContext, model: Model) {
  const pending: Promise<void>[] = [];
  const stdout = Object.assign(new EventEmitter(), {
    isTTY: true,
    ...size,
    writable: true,
    write: (text: string, done?: () => void) => {
      pending.push(model.write(text).then(done));
      return true;
    },
  });
  const keys = Object.assign(new EventEmitter(), { isTTY: true, read: () => null });
  for (const name of ['setEncoding', 'setRawMode', 'resume', 'pause', 'ref', 'unref'])
    Object.assign(keys, { [name]: () => {} });
  const store = new Store(initialState(size, { ...defaultSettings, theme: 'none' }, noon), manualClock(noon));
  const app = render(<App store={store} />, {
    stdout: withSteadyColumns(stdout as unknown as NodeJS.WriteStream, true),
    stdin: keys as unknown as NodeJS.ReadStream,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: 1000,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  t.teardown(() => app.unmount());
  await model.write('\x1b[?7l');
  return {
    store,
    async after(...events: Event[]) {
      for (const event of events) store.dispatch(event);
      await app.waitUntilRenderFlush();
      for (let i = 0; i < 3; i++) await turn();
      await Promise.all(pending.splice(0));
    },
  };
}

function assertBorders(t: ExecutionContext, model: Model, what: string): void {
  const rows = model.lines();
  const rules = rows.flatMap((row, y) => (/^─+[┼┴]/.test(row) ? [y] : []));
  t.is(rules.length, 2, `${what}\n${rows.join('\n')}`);
  const [top = 0, bottom = 0] = rules;
  const joints = Array.from(rows[top] ?? '').flatMap((sign, x) => (sign === '┼' ? [x] : []));
  t.is(joints.length, 2);
  for (let y = top + 1; y < bottom; y++)
    for (const x of joints) t.is(model.cell(x, y), '│', `${what}, row ${y}\n${rows.join('\n')}`);
}

const models: (Omit<ModelOptions, 'columns' | 'rows'> & { name: string; expected: readonly number[] })[] = [
  { name: 'joins clusters once it is asked to', widths: 'apart', clusters: true, expected: [2, 2, 2, 2, 2, 2] },
  { name: 'always joins clusters', widths: 'joined', expected: [2, 2, 2, 2, 2, 2] },
  { name: 'splits clusters', widths: 'apart', expected: [2, 2, 1, 4, 6, 2] },
  { name: 'has unusual widths', widths: 'odd', expected: [2, 1, 1, 4, 8, 4] },
  { name: 'has no emoji', widths: '6', expected: [1, 1, 1, 2, 3, 2] },
  { name: 'answers nothing and splits clusters', widths: 'apart', mute: true, expected: [2, 2, 2, 2, 2, 2] },
  { name: 'answers nothing and has no emoji', widths: '6', mute: true, expected: [2, 2, 2, 2, 2, 2] },
];

for (const { name, expected, ...options } of models) {
  test.serial(`a terminal that ${name} gets its learned or assumed widths, and no border moves`, async (t) => {
    const model = terminalModel({ ...size, ...options });
    const { widths } = await survey(model);
    t.deepEqual(
      kinds.map((kind) => widths[kind]),
      expected,
    );
    t.deepEqual(
      model.lines().filter((line) => line !== ''),
      [],
      'of the samples nothing is left',
    );
    t.deepEqual(model.modes, ['h']);
    setWidths(widths);
    t.teardown(() => setWidths(plausibleWidths({})));
    for (const kind of kinds) t.is(width(samples[kind]), widths[kind]);
    const { after, store } = await draw(t, model);
    await after({
      type: 'entered',
      opening: {
        me: { name: 'alice', fingerprint: 'ab', daemon: { address: 'a:1', fingerprint: 'cd' }, device: 1 },
        link: { state: 'online' },
        people: ['alice', 'bob', '日本語'].map((each) => person(each)),
        conversations: [],
        open: '#lobby',
        ...nothingRemembered,
      },
    });
    const said = (text: string, at: number) =>
      message({ seq: at + 1, id: `m${at}`, text, reactions: { [text]: ['bob'] } });
    await after(
      { type: 'history', conversation: '#lobby', messages: texts.map(said), gaps: [], more: false },
      { type: 'files', files: texts.map((text, at) => file({ id: `f${at}`, name: `${text} a file ${text}.txt`, at })) },
    );
    assertBorders(t, model, 'history');
    for (const [at, text] of texts.entries()) {
      await after({
        type: 'client-events',
        events: [
          { type: 'message', message: said(`x ${text.repeat(3)} and ${text} `.repeat(9), 40 + at), fresh: true },
        ],
      });
      assertBorders(t, model, text);
      await after({ type: 'typed', text }, { type: 'typed', text: 'k' });
      assertBorders(t, model, `typed ${text}`);
      t.deepEqual(model.cursor(), cursorOf(store.get()), 'the cursor stands where it is counted');
      const { x, y } = model.cursor();
      t.is(model.cell(x - 1, y), 'k', 'and what was typed last is before it');
    }
    await after({ type: 'moved', move: 'search' }, { type: 'typed', text: 'and' });
    const frame = model.lines().flatMap((line, y) => (line.includes('╮') ? [y] : []))[0] ?? 0;
    const right = Array.from(fill('', size.columns)).findLastIndex((_, x) => model.cell(x, frame) === '╮');
    for (let y = frame + 1; model.cell(right, y) !== '╯'; y++) {
      t.true(y < size.rows);
      t.is(model.cell(right, y), '│', model.lines().join('\n'));
    }
  });
}

test('impossible widths are not learned', (t) => {
  t.deepEqual(plausibleWidths({ emoji: 0, joined: 40, flag: 3, variation: 1.5 }), { ...plausibleWidths({}), flag: 3 });
});
