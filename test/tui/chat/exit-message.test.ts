import test from 'ava';
import { exitMessage } from '../../../src/tui/chat/exit-message.ts';
import { strings } from '../../../src/tui/text/strings.ts';
import { message } from '../../helpers/screen/messages.ts';
import { ScreenState } from '../../helpers/screen/screen-state.ts';

const closed = (reason: string, code?: 'key-changed' | 'login-refused') => ({
  type: 'client-events' as const,
  events: [{ type: 'link' as const, link: { state: 'closed' as const, reason, ...(code !== undefined && { code }) } }],
});

test('a link that was closed for a reason opens a page, shortens the state and leaves an exit message', (t) => {
  for (const [code, status, short] of [
    ['key-changed', 5, "○ closed: the server's key changed"],
    ['login-refused', 3, '○ closed: logged out here, start again'],
  ] as const) {
    const screen = new ScreenState().do(closed('the whole sentence', code));
    const { overlay } = screen.state;
    t.true(overlay?.kind === 'page' && overlay.lines.includes('the whole sentence'));
    t.is(strings.status.link(screen.chat.link, 0), short);
    t.deepEqual(exitMessage(screen.state), { text: 'securechat: the whole sentence', status });
  }
});

test('unsent messages are counted in the exit message', (t) => {
  const screen = new ScreenState().history(3);
  t.is(exitMessage(screen.state), null);
  const mine = { from: 'alice', seq: null } as const;
  screen.arrive(message({ ...mine, id: 'a', state: 'sending' }), message({ ...mine, id: 'b', state: 'failed' }));
  t.deepEqual(exitMessage(screen.state), {
    text: 'securechat: 1 message was not sent yet; it goes out at the next start',
    status: 0,
  });
  screen.arrive(message({ ...mine, id: 'c', state: 'sending' })).do(closed('another key', 'key-changed'));
  t.deepEqual(exitMessage(screen.state), {
    text: 'securechat: another key\nsecurechat: 2 messages were not sent yet; they go out at the next start',
    status: 5,
  });
});

test('a link that the person closed, or that came back, leaves no exit message', (t) => {
  const screen = new ScreenState().do(closed('closed'));
  t.is(screen.state.overlay, null);
  t.is(exitMessage(screen.state), null);
  screen.do(closed('another key', 'key-changed'), {
    type: 'client-events',
    events: [{ type: 'link', link: { state: 'online' } }],
  });
  t.is(exitMessage(screen.state), null);
});
