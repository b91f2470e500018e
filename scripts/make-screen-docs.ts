/** Writes docs/SCREEN.md from the tables of keys and dot-commands (`npm run docs`). A test compares. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { changedInLineMode, lineCommandTable, screenOnly } from '../src/cli/plain/line-commands.ts';
import { type CommandName, commandNames } from '../src/tui/command-line/command-names.ts';
import type { CommandRows } from '../src/tui/command-line/parse-line.ts';
import { commandTable } from '../src/tui/commands/dot-command-table.ts';
import { keyHelp } from '../src/tui/state/keys.ts';

export const path = fileURLToPath(new URL('../docs/SCREEN.md', import.meta.url));

export function screenDocument(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const keys = keyHelp().map(({ keys, help, command }) => `| ${cell(keys)} | ${cell(help)} | ${cell(command)} |`);
  const rows = (names: readonly CommandName[], table: CommandRows) =>
    names.map((name) => {
      const { usage, help } = table[name];
      return `| \`${cell(`${name} ${usage}`.trim())}\` | ${cell(help)} |`;
    });
  return `# The screen: keys and commands

\`npm run docs\` generates this file from the program's own tables. The help overlay (F1) and \`.help\` use the same tables.

## Keys

| key | does | command |
| --- | --- | --- |
${keys.join('\n')}

## Dot-commands

A command begins with one \`.\` or \`/\` and a letter: \`/x\` is the same as \`.x\`. \`..text\` sends \`.text\`; \`...\` and \`.5\` are text. \`@name text\` and
\`@name:text\` send a private message; any other line goes to the open conversation. An unknown command is never sent as text. \`@name, text\` in a
room asks first, because it may be meant for one person only.

| command | does |
| --- | --- |
${rows(commandNames, commandTable).join('\n')}

## Questions to the terminal

Before the first frame, the program sends all its questions to the terminal at once, on the alternate screen. It waits 100 ms for the answers and continues without
missing ones. Late answers never appear as typed text.

- Does the terminal join grapheme clusters (mode 2027, switched on while the screen is open), and how wide does it draw one emoji of each kind that terminals disagree on?
  The program measures rows with these widths. After each such character it moves the cursor to the right column, so that a wrong width shifts nothing.
- What is the background colour (OSC 11; inside tmux also through \`allow-passthrough\`)? If neither the terminal nor, outside tmux and screen, COLORFGBG tells it, the
  program uses colours that are readable on white and on black. \`.theme\` chooses a theme. With NO_COLOR, bold and inverse text remain.
- Send Alt as ESC before the key (modes 1036 and 1039, restored at the end). The program also understands Alt as the eighth bit.

Esc works at once. Over SSH, or after a key has arrived in two pieces, it works after half a second; three plain Escs in a row end this delay. Text typed before the screen
has a field appears in the line of the first conversation, or in the login form. An Enter in it starts a new line and sends nothing.

## Line mode

\`securechat plain\` takes the same commands, except those that only make sense on the screen:
${screenOnly.map((name) => `\`${name}\``).join(', ')}.
Line mode has no lists and no dialogs, so these commands work differently:

| command | does |
| --- | --- |
${rows(changedInLineMode, lineCommandTable).join('\n')}

When its input is a pipe, line mode ends with status 6 if a line was not sent, a command failed, or a file was not uploaded or downloaded. At a terminal the person has seen the error.

The time beside a message is the server's. If the author's clock differs by more than a minute, \`(written …)\` shows the author's time: the message was held back, it waited for a link, or a clock is wrong.

With \`--json\`, messages, own messages that were sent (\`sent\`), and the results of \`.users\`, \`.list_files\` and \`.search\` are objects on standard output. Everything else is text on standard error.
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(path, screenDocument());
