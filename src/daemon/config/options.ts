/**
 * The daemon's options, one row each. `--help`, the SECURECHAT_… variables and the keys of config.toml are made from
 * it.
 */
import { DEFAULT_PORT } from '../../protocol/link/daemon-identity.ts';
import { MIN_CODE } from '../accounts/invites.ts';
import { limitValues } from '../limits/limits.ts';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const registrations = ['open', 'invite', 'closed'] as const;

/** Every option except a switch takes one text; config.ts parses it. */
export const options = {
  'data-dir':
    'folder of users, keys and messages [$STATE_DIRECTORY, else the current folder if it holds a users.txt, else ~/.local/share/securechat-daemon]',
  host: 'address to listen on [127.0.0.1]',
  port: `port to listen on, 0 for a free one [${DEFAULT_PORT}]`,
  registration: `who may make an account: ${registrations.join(', ')} [open]; the codes for "invite" stand in invites.txt in the data folder, one a line, each ${MIN_CODE} or more characters and used once`,
  'max-file-size': 'largest file, as 500M or 2G [2G]',
  quota: 'all files of one person together, as 500M or 10G; each file counts 64K at least [10G]',
  'message-quota': 'all messages of one person together, as 100M or 1G [1G]',
  retention: 'how long messages and files are kept, as 90d or 1y [for ever]',
  'log-level': `${logLevels.join(', ')} [info]`,
  'log-file': 'write the log here; stdout still says "listening"',
  'no-broadcast':
    'seal room messages for each link on its own: costs more time; who watches the network no longer sees by equal bytes who shares a room',
  config: 'file with these options as keys [config.toml in the data folder]',
} as const;

/** A switch takes no value. */
export function isSwitch(name: OptionName): boolean {
  return name === 'no-broadcast';
}

export type OptionName = keyof typeof options;
export const optionNames = Object.keys(options) as OptionName[];

/** Announced commands and options of later versions, so that the error says "not there yet" instead of "unknown". */
export const laterCommands = [
  'status',
  'check',
  'users',
  'invite',
  'ban',
  'kick',
  'announce',
  'backup',
  'restore',
  'unit',
];
export const laterOptions = ['metrics-socket'];

export const epilogue = `Limits:
  half-open links            ${limitValues.halfOpen}, ${limitValues.handshakeMs / 1000} s each; when all are taken the address that failed most, else the one with most, loses its oldest
  links before the login     ${limitValues.beforeLogin}, ${limitValues.loginMs / 1000} s each; the same; wrong passwords are answered slower and slower
  links per account          ${limitValues.linksPerAccount}, and no more than are free; one that has been silent for ${limitValues.missedPingMs / 1000} s makes room
  files under way            ${limitValues.transfersPerLink} per link, ${limitValues.transfersPerPerson} per person and no more than are free
  links in all               as many as the system's limit of open files allows, less ${limitValues.descriptorsKept} and an eighth for files
  good logins per address    burst ${limitValues.logins.burst}, then ${limitValues.logins.perSecond}/s
  connections per address    burst ${limitValues.connections.burst}, then ${limitValues.connections.perSecond}/s
  new accounts per address   burst ${limitValues.registrations.burst}, then ${limitValues.registrations.perSecond}/s
  work per person            burst ${limitValues.work.burst / 1000} s of a core, then ${limitValues.work.perSecond} ms/s while others are at work; before login per address
  requests per link          ${limitValues.requestsAtOnce} at once, ${limitValues.requestsBesideMany} while ${limitValues.requestsOfAll} of all are under way, ${limitValues.requestsWaiting} or ${limitValues.waitingBytes / 1024} KiB waiting; then it is not read
  what stays for ever, per person   ${limitValues.leaves.burst} departures from a room, ${limitValues.epochs.burst} new keys of rooms, ${limitValues.cards.burst} key cards; then one in 10 min, 5 s, 1 min
  departures from one room          ${limitValues.leavesOfRoom.burst}, then one in 30 s
  new passwords, per person         ${limitValues.passwords.burst}, then one a minute
  new keys of a room after joins       ${limitValues.joinEpochs.burst} by one person, then one in 10 min
  new keys of a room without a cause   ${limitValues.spareEpochs.burst} by one person, then one in 10 min
  changes of away, per person   burst ${limitValues.away.burst}, then ${limitValues.away.perSecond}/s; signs of typing: ${limitValues.typing.perSecond}/s to one person
  unfinished uploads, per person   64; one that was left alone for 2 h makes room
  kept free of files         ${limitValues.diskReserve / 1024 / 1024} MiB of the disk, or ${limitValues.diskReserveShare * 100} % of it if that is less
  waiting for a slow client  ${limitValues.pauseQueuedBytes / 1024} KiB, then nothing more is carried out; ${limitValues.maxQueuedBytes / 1024 / 1024} MiB, then it is closed
  silence                    ${limitValues.idleMs / 1000} s
An IPv6 address counts by its /64.

Each option is also SECURECHAT_… in the environment (SECURECHAT_DATA_DIR) and a key of config.toml; flags win, then the
environment, then the file. A data folder that no flag names is an absolute path, or begins with ~/. HUP reads users.txt
and the configuration again and reopens the log.`;
