/** Every shell command, in the order of --help. */
import type { CommandEntry } from './command.ts';

export const commandTable: readonly CommandEntry[] = [
  {
    usage: 'register',
    summary: 'make an account; your keys are made on this machine',
    load: async () => (await import('./commands/register.ts')).register,
  },
  {
    usage: 'users',
    summary: 'who has an account, and who is online',
    load: async () => (await import('./commands/users.ts')).users,
  },
  {
    usage: 'whoami',
    summary: 'your name, your fingerprint and the daemon',
    load: async () => (await import('./commands/whoami.ts')).whoami,
  },
  {
    usage: 'forget <address>',
    summary: 'forget which key belongs to an address, after its daemon got a new one',
    load: async () => (await import('./commands/forget.ts')).forget,
  },
];
