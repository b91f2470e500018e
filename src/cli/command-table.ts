/** Every shell command, in the order of --help. */
import type { CommandEntry } from './command.ts';

export const commandTable: readonly CommandEntry[] = [
  {
    usage: 'register',
    summary: 'make an account; your keys are made on this machine',
    switches: ['local-keys'],
    load: async () => (await import('./commands/account/register.ts')).register,
  },
  {
    usage: 'send <to> [text..]',
    summary: 'send a message; the text from standard input when there is none',
    switches: ['wait-delivered'],
    load: async () => (await import('./commands/talk/send.ts')).send,
  },
  {
    usage: 'listen',
    summary: 'print what was not read yet and what arrives, until stopped',
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
    summary: 'fetch a file by its name or id',
    load: async () => (await import('./commands/files/download.ts')).download,
  },
  {
    usage: 'users',
    summary: 'who has an account, and who is online',
    load: async () => (await import('./commands/account/users.ts')).users,
  },
  {
    usage: 'whoami',
    summary: 'your name, your fingerprint and the daemon',
    load: async () => (await import('./commands/account/whoami.ts')).whoami,
  },
  {
    usage: 'verify <name>',
    summary: 'compare the 60 digits that tell whether somebody is in between',
    switches: ['yes'],
    load: async () => (await import('./commands/account/verify.ts')).verify,
  },
  {
    usage: 'devices',
    summary: 'where you are logged in; end what should not be',
    switches: ['end-others'],
    load: async () => (await import('./commands/account/devices.ts')).devices,
  },
  {
    usage: 'passwd',
    summary: 'change your password',
    load: async () => (await import('./commands/account/passwd.ts')).passwd,
  },
  {
    usage: 'forget <address>',
    summary: 'forget which key belongs to an address, after its daemon got a new one',
    load: async () => (await import('./commands/account/forget.ts')).forget,
  },
  {
    usage: 'plain [link]',
    summary: 'chat line by line, for screen readers, pipes and small terminals',
    switches: ['receipts'],
    load: async () => (await import('./commands/talk/plain.ts')).plain,
  },
  {
    usage: 'demo',
    summary: 'try it: a throw-away daemon on this machine and a companion to talk to',
    load: async () => (await import('./commands/talk/demo.ts')).demo,
  },
];
