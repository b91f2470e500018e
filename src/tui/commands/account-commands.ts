/** One's own account: who I am, my devices, my password, whether I am here. */
import { chooseDevice } from '../../client/devices/device-choice.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import { divide } from '../command-line/parse-line.ts';
import { deviceLabel, endedOthersText } from '../text/device-text.ts';
import { strings } from '../text/strings.ts';
import { attempted, type CommandFamily, done, misused, type Result, refused } from './dot-command.ts';

export const accountCommands = {
  '.whoami': {
    usage: '',
    help: 'your name, fingerprint and server',
    run: ({ controller }) => ({ kind: 'identity', me: controller.client.me }),
  },
  '.devices': {
    usage: '[end NAME|NUMBER|others]',
    help: 'your devices; end logs one of them out, or all others',
    run: devices,
  },
  '.reconnect': { usage: '', help: 'try the lost link now, without waiting', run: reconnect },
  '.passwd': { usage: '', help: 'change the password', run: () => ({ kind: 'new-password' }) },
  '.account': { usage: 'close', needs: true, help: 'close your account, for good; asks first', run: closeAccount },
  '.lock': { usage: '', help: 'cover the screen until the passphrase of the profile is typed', run: lock },
  '.away': { usage: '[on|off]', help: 'show everyone that you are away, until you write again', run: away },
} satisfies CommandFamily;

function devices({ controller }: ChatScope, argument: string): Result | Promise<Result> {
  const { client } = controller;
  const [verb, which] = divide(argument);
  if (verb !== '' && (verb !== 'end' || which === '')) return misused;
  return attempted(async () => {
    if (which === 'others') {
      const text = endedOthersText(await client.endDevice(null), '.keys export');
      return { kind: 'done', text, tone: 'good' };
    }
    const list = await client.devices();
    if (verb === '') {
      // The list is shown even if the profile's disk is full.
      await controller.attempt(() => client.markDevicesSeen(list));
      return { kind: 'devices', devices: list };
    }
    const chosen = chooseDevice(list, which);
    await client.endDevice(chosen.device);
    return { kind: 'done', text: strings.notices.endedDevice(deviceLabel(chosen)), tone: 'good' };
  });
}

function closeAccount({ controller }: ChatScope, argument: string): Result {
  const { me, profile } = controller.client;
  if (argument !== 'close') return misused;
  return { kind: 'close-account', account: { name: me.name, address: me.daemon.address, profile } };
}

function reconnect({ controller }: ChatScope): Result {
  const { link } = controller.chat;
  if (link.state === 'online') return { kind: 'done', text: strings.notices.isOnline };
  if (link.state === 'closed') return refused(link.reason);
  controller.client.reconnect();
  return done;
}

function lock({ controller }: ChatScope): Promise<Result> {
  return attempted(async () =>
    (await controller.client.profileLock()) === null ? refused(strings.lock.none) : { kind: 'lock' },
  );
}

function away({ controller }: ChatScope, word: string): Result | Promise<Result> {
  if (word !== '' && word !== 'on' && word !== 'off') return misused;
  return attempted(async () => {
    await controller.setAway(word === '' ? !controller.chat.away : word === 'on');
    return done;
  });
}
