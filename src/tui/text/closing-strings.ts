/** Sentences about the end of an account: what goes and what stays is said before it is closed. */
import { printable } from '../../protocol/base/safe-text.ts';

type Account = { name: string; address: string; profile: string };

export const closing = {
  closedTitle: 'Account closed',
  readable: 'what this window holds can be read until you leave',
  title: (name: string) => `Close the account ${name}`,
  question: ({ name, address }: Account) => `close the account ${name} at ${address}? this cannot be undone`,
  /** What goes, what stays, and what becomes of the name. */
  means: ({ profile }: Account) => [
    'you can no longer log in, on any device, and you leave all rooms',
    'the server deletes its copy of your keys, and files that nobody else can get',
    'what others received stays with them, and on the server until it deletes old messages',
    `this machine keeps your keys and messages in ${printable(profile)}; securechat cannot show them without the account`,
    'the name becomes free; its next owner has another key, and your contacts see that',
  ],
  askName: (name: string) => `type ${name} to close the account:`,
  otherName: (typed: string, name: string) => `"${printable(typed)}" is not ${name}: the account stays as it was`,
  foot: 'Enter or y goes on · Esc or n keeps the account',
  password: 'Password',
  askPassword: 'the password closes the account; Enter alone keeps it:',
  stays: 'the account stays as it was',
  formFoot: 'Enter closes the account · Esc keeps it',
  wrong: 'not closed: the password is wrong',
  closing: 'closing the account',
  done: (name: string) => `the account ${name} is closed`,
  kept: (profile: string) =>
    `its keys and messages on this machine are in ${printable(profile)}: delete that folder if no other account uses it`,
} as const;
