/** Draws the screen's components as strings, at any size, without a terminal. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { ExecutionContext } from 'ava';
import { render } from 'ink';
import { type Event, nothingRemembered } from '../../../src/tui/state/event.ts';
import { defaultSettings, initialState, type Settings } from '../../../src/tui/state/state.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { App } from '../../../src/tui/view/app.tsx';
import { manualClock } from '../manual-clock.ts';
import { noon, person } from './messages.ts';

/** Window sizes from the smallest that is drawn to a wide one. */
export const sizes = [
  { columns: 60, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
];

class FakeStdout extends EventEmitter {
  readonly isTTY = false;
  readonly columns: number;
  readonly rows: number;
  readonly frames: string[] = [];

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  readonly write = (frame: string): boolean => {
    this.frames.push(frame);
    return true;
  };
}

export function draw(
  t: ExecutionContext,
  { columns = 100, rows = 30, settings = {} }: { columns?: number; rows?: number; settings?: Partial<Settings> } = {},
) {
  const stdout = new FakeStdout(columns, rows);
  const store = new Store(
    initialState({ columns, rows }, { ...defaultSettings, theme: 'none', ...settings }, noon),
    manualClock(noon),
  );
  const app = render(<App store={store} />, {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    debug: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  t.teardown(() => app.unmount());
  const enter = (names = ['alice', 'bob']) =>
    store.dispatch({
      type: 'entered',
      opening: {
        me: {
          name: 'alice',
          fingerprint: 'ab'.repeat(32),
          daemon: { address: 'a:1', fingerprint: 'cd'.repeat(32) },
          device: 1,
        },
        link: { state: 'online' },
        people: names.map((name) => person(name)),
        conversations: [],
        open: '#lobby',
        ...nothingRemembered,
      },
    });
  return {
    store,
    enter,
    frames: stdout.frames,
    /** Waits until everything pending is drawn. */
    async after(...events: Event[]): Promise<string[]> {
      for (const event of events) store.dispatch(event);
      for (let i = 0; i < 3; i++) await turn();
      return stripVTControlCharacters(stdout.frames.at(-1) ?? '').split('\n');
    },
    /** The raw output, with its escape sequences. */
    raw: () => stdout.frames.at(-1) ?? '',
  };
}
