/** Every shell command, in the order of --help. */
import type { CommandEntry } from './command.ts';

export const commandTable: readonly CommandEntry[] = [
  {
    usage: 'register',
    summary: 'create an account; your keys are generated on this machine',
    switches: ['local-keys'],
    load: async () => (await import('./commands/account/register.ts')).register,
  },
  {
    usage: 'send <to> [text..]',
    summary: 'send a message; without TEXT, read it from standard input',
    switches: ['wait-delivered'],
    load: async () => (await import('./commands/talk/send.ts')).send,
  },
  {
    usage: 'listen',
    summary: 'print unread and new messages until you stop it',
    load: async () => (await import('./commands/talk/listen.ts')).listen,
  },
  {
    usage: 'history <with>',
    summary: 'print a conversation, oldest first',
    load: async () => (await import('./commands/talk/history.ts')).history,
  },
  {
    usage: 'upload <to> <file..>',
    summary: 'send files',
    load: async () => (await import('./commands/files/upload.ts')).upload,
  },
  {
    usage: 'files [with]',
    summary: 'list the files you can download, oldest first',
    load: async () => (await import('./commands/files/files.ts')).files,
  },
  {
    usage: 'download <file>',
    summary: 'download a file by name or id',
    load: async () => (await import('./commands/files/download.ts')).download,
  },
  {
    usage: 'users',
    summary: 'list the accounts and who is online',
    load: async () => (await import('./commands/account/users.ts')).users,
  },
  {
    usage: 'whoami',
    summary: 'show your name, your fingerprint and the server',
    load: async () => (await import('./commands/account/whoami.ts')).whoami,
  },
  {
    usage: 'verify <name>',
    summary: 'compare 60 digits to make sure nobody intercepts your messages',
    switches: ['yes'],
    load: async () => (await import('./commands/account/verify.ts')).verify,
  },
  {
    usage: 'devices',
    summary: 'list the devices of your account; log one or all others out',
    switches: ['end-others'],
    load: async () => (await import('./commands/account/devices.ts')).devices,
  },
  {
    usage: 'passwd',
    summary: 'change your password',
    load: async () => (await import('./commands/account/passwd.ts')).passwd,
  },
  {
    usage: 'keys export <file>',
    summary: 'write an encrypted copy of your keys to a new file; a passphrase or 24 words open it',
    load: async () => (await import('./commands/keys/keys-export.ts')).keysExport,
  },
  {
    usage: 'keys check <file>',
    summary: 'prove that an export restores your conversations, without touching your keys',
    load: async () => (await import('./commands/keys/keys-check.ts')).keysCheck,
  },
  {
    usage: 'keys import <file>',
    summary: 'restore an export on this machine; it needs no password',
    switches: ['keys-only'],
    load: async () => (await import('./commands/keys/keys-import.ts')).keysImport,
  },
  {
    usage: 'keys rotate',
    summary: 'make a new encryption key at once; the old one stays, for reading',
    load: async () => (await import('./commands/keys/keys-rotate.ts')).keysRotate,
  },
  {
    usage: 'profile lock',
    summary: 'lock this profile with a passphrase, which each start then asks for; or change the passphrase',
    load: async () => (await import('./commands/account/profile-lock.ts')).profileLock,
  },
  {
    usage: 'profile unlock',
    summary: 'remove the lock of this profile',
    load: async () => (await import('./commands/account/profile-unlock.ts')).profileUnlock,
  },
  {
    usage: 'account close',
    summary: 'close your account, for good; says first what goes and what stays',
    switches: ['yes'],
    load: async () => (await import('./commands/account/account-close.ts')).accountClose,
  },
  {
    usage: 'forget <address>',
    summary: 'forget the key of the server at an address, after the server got a new one',
    load: async () => (await import('./commands/account/forget.ts')).forget,
  },
  {
    usage: 'plain [link]',
    summary: 'chat in line mode, for screen readers, pipes and small terminals',
    switches: ['receipts'],
    load: async () => (await import('./commands/talk/plain.ts')).plain,
  },
  {
    usage: 'demo',
    summary: 'try SecureChat: a temporary server on this machine and a bot to talk to',
    load: async () => (await import('./commands/talk/demo.ts')).demo,
  },
];
