/** One's own account: who I am, my devices, my password, whether I am here. */
import type { ChatScope } from '../chat/chat-scope.ts';
import { strings } from '../text/strings.ts';
import { attempted, type CommandFamily, done, misused, type Result, refused } from './dot-command.ts';

export const accountCommands = {
  '.whoami': {
    usage: '',
    help: 'your name, fingerprint and server',
    run: ({ controller }) => ({ kind: 'identity', me: controller.client.me }),
  },
  '.sessions': { usage: '[end]', help: 'your devices; end signs the others out', run: devices },
  '.reconnect': { usage: '', help: 'try the lost link now, without waiting', run: reconnect },
  '.passwd': { usage: '', help: 'change the password', run: () => ({ kind: 'new-password' }) },
  '.away': { usage: '[on|off]', help: 'show everyone that you are away, until you write again', run: away },
} satisfies CommandFamily;

function devices({ controller }: ChatScope, argument: string): Result | Promise<Result> {
  const { client } = controller;
  if (argument !== '' && argument !== 'end') return misused;
  return attempted(async () => {
    if (argument === '') return { kind: 'devices', devices: await client.sessions() };
    return { kind: 'done', text: strings.notices.ended(await client.endDevice(null)), tone: 'good' };
  });
}

function reconnect({ controller }: ChatScope): Result {
  const { link } = controller.chat;
  if (link.state === 'online') return { kind: 'done', text: strings.notices.isOnline };
  if (link.state === 'closed') return refused(link.reason);
  controller.client.reconnect();
  return done;
}

function away({ controller }: ChatScope, word: string): Result | Promise<Result> {
  if (word !== '' && word !== 'on' && word !== 'off') return misused;
  return attempted(async () => {
    await controller.setAway(word === '' ? !controller.chat.away : word === 'on');
    return done;
  });
}
