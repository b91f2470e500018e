/** Counts the components drawn for each event in React's own tree, as its developer tools do. */
import { setImmediate as turn } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { ClientEvent } from '../../../src/client/types.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { file, message, person, transfer } from '../../helpers/screen/messages.ts';

type Fiber = {
  tag: number;
  flags: number;
  type: { name?: string } | string | null;
  child: Fiber | null;
  sibling: Fiber | null;
  alternate: Fiber | null;
};

const FUNCTION_COMPONENT = 0;
const PERFORMED_WORK = 1;
const drawn = new Map<string, number>();

function count(next: Fiber): void {
  const before = next.alternate;
  const worked = before === null || (next.flags & PERFORMED_WORK) !== 0;
  if (next.tag === FUNCTION_COMPONENT && worked && typeof next.type === 'function') {
    const { name } = next.type as { name: string };
    drawn.set(name, (drawn.get(name) ?? 0) + 1);
  }
  // Children that React did not draw again are the same objects as before.
  if (before !== null && before.child === next.child) return;
  for (let child = next.child; child !== null; child = child.sibling) count(child);
}

// Ink registers its renderer with the tools only if this is set before it is loaded.
process.env.DEV = 'true';
Object.assign(globalThis, {
  __REACT_DEVTOOLS_GLOBAL_HOOK__: {
    supportsFiber: true,
    isDisabled: false,
    inject: () => 1,
    onCommitFiberRoot: (_: number, root: { current: Fiber }) => count(root.current),
    onPostCommitFiberRoot() {},
    onCommitFiberUnmount() {},
  },
});
const { draw } = await import('../../helpers/screen/frames.tsx');

async function open(t: ExecutionContext) {
  const { enter, after, store } = draw(t, { columns: 120, rows: 40 });
  enter(Array.from({ length: 30 }, (_, i) => `person${i}`).concat('alice'));
  const messages = Array.from({ length: 200 }, (_, i) => message({ seq: i + 1, id: `m${i}` }));
  await after(
    { type: 'history', conversation: '#lobby', messages, gaps: [], more: false },
    { type: 'files', files: [file()] },
  );
  const costs = async (cause: Event | (() => void)): Promise<Map<string, number>> => {
    drawn.clear();
    if (typeof cause === 'function') cause();
    await (typeof cause === 'function' ? after() : after(cause));
    for (let i = 0; i < 3; i++) await turn();
    return new Map(drawn);
  };
  return { costs, store };
}

const sum = (cost: Map<string, number>) => [...cost.values()].reduce((all, one) => all + one, 0);
const panes = ['Header', 'PeoplePane', 'MessagesPane', 'FilesPane', 'StatusLine', 'ChatScreen', 'Overlay'];

test.serial('a letter draws only the composer', async (t) => {
  const { costs } = await open(t);
  t.true(drawn.size > 0);
  await costs({ type: 'typed', text: 'a' });
  const cost = await costs({ type: 'typed', text: 'b' });
  t.is(cost.get('Composer'), 1);
  for (const pane of panes) t.is(cost.get(pane), undefined, pane);
  t.true(sum(cost) <= 8, JSON.stringify([...cost]));
});

test.serial('one message, or a batch of a hundred, draws the messages pane once', async (t) => {
  const { costs, store } = await open(t);
  const fresh = (seq: number) =>
    ({ type: 'message', fresh: true, message: message({ seq, id: `n${seq}` }) }) satisfies ClientEvent;
  const one = await costs({ type: 'client-events', events: [fresh(201)] });
  for (let seq = 202; seq <= 301; seq++) store.collect(fresh(seq));
  const hundred = await costs(() => store.flush());
  for (const cost of [one, hundred]) {
    t.is(cost.get('MessagesPane'), 1);
    for (const pane of panes) if (pane !== 'MessagesPane') t.is(cost.get(pane), undefined, pane);
    // A row of the window is a Line and at most three pieces of text.
    t.true(sum(cost) <= 36 * 4, JSON.stringify([...cost]));
  }
});

test.serial('a message in another conversation does not draw the messages pane', async (t) => {
  const { costs } = await open(t);
  const conversation = { name: '@person4', head: 1, read: 0, unread: 1, at: 1 } as const;
  const cost = await costs({
    type: 'client-events',
    events: [
      { type: 'message', fresh: true, message: message({ seq: 1, id: 'p1', conversation: '@person4' }) },
      { type: 'conversation', conversation },
    ],
  });
  t.is(cost.get('PeoplePane'), 1);
  t.is(cost.get('StatusLine'), 1);
  for (const pane of ['MessagesPane', 'FilesPane', 'ChatScreen']) t.is(cost.get(pane), undefined, pane);
});

test.serial('a person who comes or goes draws the list, not the messages', async (t) => {
  const { costs } = await open(t);
  const cost = await costs({
    type: 'client-events',
    events: [{ type: 'people', people: [person('person3', { online: false })] }],
  });
  t.is(cost.get('PeoplePane'), 1);
  for (const pane of ['MessagesPane', 'FilesPane', 'Composer']) t.is(cost.get(pane), undefined, pane);
});

test.serial('a person who types draws the list and the title, and their next event nothing', async (t) => {
  const { costs } = await open(t);
  await costs({ type: 'opened', conversation: '@person3' });
  const sign: Event = { type: 'client-events', events: [{ type: 'typing', name: 'person3' }] };
  const cost = await costs(sign);
  t.is(cost.get('PeoplePane'), 1);
  t.is(cost.get('ConversationTitle'), 1);
  for (const pane of panes) if (pane !== 'PeoplePane') t.is(cost.get(pane), undefined, pane);
  t.is(cost.get('Composer'), undefined);
  t.is(sum(await costs(sign)), 0);
});

test.serial('the progress of a transfer draws only the files pane', async (t) => {
  const { costs } = await open(t);
  const step = (done: number): Event => ({
    type: 'client-events',
    events: [{ type: 'transfer', transfer: transfer({ done }) }],
  });
  await costs(step(1));
  const cost = await costs(step(2));
  t.is(cost.get('FilesPane'), 1);
  for (const pane of ['MessagesPane', 'PeoplePane', 'Composer', 'StatusLine']) t.is(cost.get(pane), undefined, pane);
});

test.serial('the clock draws nothing while the screen shows no times', async (t) => {
  const { costs } = await open(t);
  t.is(sum(await costs({ type: 'tick' })), 0);
});
