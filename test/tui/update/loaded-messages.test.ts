/** Loaded messages are bounded and without holes, however long a conversation is. */
import test from 'ava';
import * as fc from 'fast-check';
import type { Message } from '../../../src/client/types.ts';
import { viewOf } from '../../../src/tui/messages/viewport.ts';
import { lookOf } from '../../../src/tui/selectors/selectors.ts';
import type { MoveName } from '../../../src/tui/state/event.ts';
import { hasKey, keyOf, MAX_LOADED } from '../../../src/tui/state/message-list.ts';
import { move, open } from '../../helpers/screen/events.ts';
import { message } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

/** A lobby longer than the limit of loaded messages, read page by page like a session does. */
class LongLobby {
  readonly screen = new ScreenState({ people: [] });
  head = 200_000;
  #asked: { generation: number; before: number } | null = null;

  constructor() {
    this.follow();
  }

  get lobby() {
    const thread = this.screen.chat.threads['#lobby'];
    if (thread === undefined) throw new Error('there is a lobby');
    return thread;
  }

  arrive(count: number): void {
    const news = this.#messages(this.head + 1, this.head + count);
    this.head += count;
    this.screen.arrive(...news);
  }

  ask(): void {
    const first = this.lobby.messages[0]?.seq;
    if (this.lobby.loaded !== 'yes' || first == null) return;
    this.screen.do({ type: 'loading', conversation: '#lobby' });
    this.#asked = { generation: this.lobby.generation, before: first };
  }

  answer(count: number): void {
    const asked = this.#asked;
    this.#asked = null;
    if (asked?.generation === this.lobby.generation) this.#history(asked.before - count, asked.before - 1);
  }

  follow(): void {
    if (this.lobby.loaded === 'no' && this.screen.chat.open === '#lobby') this.#history(this.head - 99, this.head);
  }

  rows(): string[] {
    const { look, height } = lookOf(this.screen.state);
    return viewOf(this.screen.thread, look, height).rows.map(({ key }) => key);
  }

  #history(from: number, to: number): void {
    const messages = this.#messages(from, to);
    this.screen.do({ type: 'history', conversation: '#lobby', messages, gaps: [], more: from > 1 });
  }

  #messages(from: number, to: number): Message[] {
    return Array.from({ length: to - from + 1 }, (_, i) => message({ seq: from + i }));
  }
}

test('a conversation that was scrolled up stays bounded, open or not', (t) => {
  const long = new LongLobby();
  long.screen.do(move('page-up'));
  const before = long.rows();
  for (let i = 0; i < 6; i++) long.arrive(10_000);
  t.true(long.lobby.messages.length <= 2 * MAX_LOADED);
  t.deepEqual(long.rows(), before, 'what is looked at stays');
  t.is(long.lobby.below, 60_000);
  long.screen.do(open('@bob'));
  long.arrive(10_000);
  t.true(long.lobby.messages.length <= MAX_LOADED);
});

test('messages dropped below the window are read again when the newest are wanted, and older ones from there', (t) => {
  for (const way of ['back', 'newest', 'page-down'] as const) {
    const long = new LongLobby();
    long.screen.do(move('page-up'));
    for (let i = 0; i < 6; i++) long.arrive(10_000);
    const last = long.lobby.messages.at(-50);
    if (way === 'page-down' && last !== undefined)
      long.screen.do({ type: 'jumped', conversation: '#lobby', key: keyOf(last), words: 'x' });
    long.screen.do({ type: 'focused', focus: 'composer' });
    for (let i = 0; i < 10 && long.lobby.loaded === 'yes'; i++) long.screen.do(move(way));
    t.is(long.lobby.loaded, 'no');
    t.regex(long.screen.state.notice?.text ?? '', /PgUp/);
    long.follow();
    t.deepEqual([long.lobby.messages.at(-1)?.seq, long.lobby.more], [long.head, true]);
    long.arrive(1);
    t.is(long.lobby.messages.at(-1)?.seq, long.head);
  }
});

type Step = (long: LongLobby) => void;
const doing = <T>(values: fc.Arbitrary<T>, act: (long: LongLobby, value: T) => void): fc.Arbitrary<Step> =>
  values.map((value) => (long) => act(long, value));
const step: fc.Arbitrary<Step> = fc.oneof(
  doing(fc.integer({ min: 5000, max: 15_000 }), (long, count) => long.arrive(count)),
  doing(fc.constant(null), (long) => long.ask()),
  doing(fc.integer({ min: 1, max: 500 }), (long, count) => long.answer(count)),
  doing(fc.constantFrom<MoveName>('page-up', 'page-up', 'page-up', 'page-down', 'newest'), (long, name) =>
    long.screen.do(move(name)),
  ),
  doing(fc.constantFrom('#lobby', '#lobby', '@bob'), (long, name) => long.screen.do(open(name))),
);

test('property: loaded messages are bounded and without holes, and more can be fetched at either end', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30, minLength: 10 }), (steps) => {
      const long = new LongLobby();
      for (const each of steps) {
        each(long);
        long.follow();
        const { messages, anchor, more, cut, loaded } = long.lobby;
        const isOpen = long.screen.chat.open === '#lobby';
        t.true(messages.length <= (isOpen ? 2 * MAX_LOADED : MAX_LOADED));
        t.true(messages.every(({ seq }, i) => i === 0 || seq === (messages[i - 1]?.seq ?? 0) + 1));
        t.true(more || loaded === 'no');
        t.true(cut || messages.length === 0 || messages.at(-1)?.seq === long.head);
        t.true(anchor === null || messages.some((one) => hasKey(one, anchor.key)));
      }
    }),
    { numRuns: 25 },
  );
});
