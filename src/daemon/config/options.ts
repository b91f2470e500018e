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
  registration: `who may make an account: ${registrations.join(', ')} [open]; the codes for "invite" are in invites.txt in the data folder, one per line, each of ${MIN_CODE} or more characters and valid once`,
  'max-file-size': 'largest file, such as 500M or 2G [2G]',
  quota: 'all files of one person together, such as 500M or 10G; each file counts at least 64K [10G]',
  'message-quota': 'all messages of one person together, such as 100M or 1G [1G]',
  retention: 'how long messages and files are kept, such as 90d or 1y [for ever]',
  'log-level': `${logLevels.join(', ')} [info]`,
  'log-file': 'write the log here; stdout still says "listening"',
  'no-broadcast':
    'seal room messages separately for each link: takes more time, but hides from an observer of the network which links share a room',
  config: 'file with these options as keys [config.toml in the data folder]',
} as const;

/** A switch takes no value. */
export function isSwitch(name: OptionName): boolean {
  return name === 'no-broadcast';
}

export type OptionName = keyof typeof options;
export const optionNames = Object.keys(options) as OptionName[];

export const epilogue = `Limits:
  half-open links              ${limitValues.halfOpen}, ${limitValues.handshakeMs / 1000} s each; a new one above it evicts the oldest of the address with most failures, else with most links
  links before login           ${limitValues.beforeLogin}, ${limitValues.loginMs / 1000} s each; evicted in the same way; answers to wrong passwords become slower
  links per account            ${limitValues.linksPerAccount}, and no more than are free; one that was silent for ${limitValues.missedPingMs / 1000} s is replaced by a new one
  transfers in progress        ${limitValues.transfersPerLink} per link, ${limitValues.transfersPerPerson} per person, and no more than are free
  links in all                 what the system's limit of open files allows, minus ${limitValues.descriptorsKept} and an eighth for files
  successful logins            per address: burst ${limitValues.logins.burst}, then ${limitValues.logins.perSecond}/s
  connections                  per address: burst ${limitValues.connections.burst}, then ${limitValues.connections.perSecond}/s
  new accounts                 per address: burst ${limitValues.registrations.burst}, then ${limitValues.registrations.perSecond}/s
  work                         per person (before login: per address): burst ${limitValues.work.burst / 1000} s of a core, then ${limitValues.work.perSecond} ms/s while others are at work
  requests per link            ${limitValues.requestsAtOnce} at once (${limitValues.requestsBesideMany} while ${limitValues.requestsOfAll} run in all), and ${limitValues.requestsWaiting} or ${limitValues.waitingBytes / 1024} KiB waiting; above that the link is not read
  departures from rooms        per person: ${limitValues.leaves.burst}, then one in 10 min; per room: ${limitValues.leavesOfRoom.burst}, then one in 30 s
  new room keys                per person: ${limitValues.epochs.burst}, then one in 5 s; after joins ${limitValues.joinEpochs.burst}, then one in 10 min; without a cause ${limitValues.spareEpochs.burst}, then one in 10 min
  key cards                    per person: ${limitValues.cards.burst}, then one a minute
  new passwords                per person: ${limitValues.passwords.burst}, then one a minute
  changes of away              per person: burst ${limitValues.away.burst}, then ${limitValues.away.perSecond}/s
  typing events                ${limitValues.typing.perSecond}/s to one person
  unfinished uploads           per person: 64; above that one that was idle for 2 h is dropped
  disk kept free of files      ${limitValues.diskReserve / 1024 / 1024} MiB, or ${limitValues.diskReserveShare * 100} % of the disk if that is less
  queue of a slow client       above ${limitValues.pauseQueuedBytes / 1024} KiB its requests wait; above ${limitValues.maxQueuedBytes / 1024 / 1024} MiB its link is closed
  silence                      ${limitValues.idleMs / 1000} s, then the link is closed
An IPv6 address counts as its /64.

Each option is also a variable SECURECHAT_… in the environment (SECURECHAT_DATA_DIR) and a key of config.toml. Flags
override the environment, which overrides the file. A data folder that is not given by a flag must be an absolute path
or begin with ~/. HUP rereads users.txt and the configuration, and reopens the log.`;
