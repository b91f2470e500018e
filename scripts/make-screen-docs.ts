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

This file is printed from the program's own tables (\`npm run docs\`), as are the help overlay (F1) and \`.help\`.

## Keys

| key | does | command |
| --- | --- | --- |
${keys.join('\n')}

## Dot-commands

A command is one \`.\` or \`/\` and a letter: \`/x\` is the same as \`.x\`, \`..text\` sends \`.text\`, and \`...\` or \`.5\` are text. \`@name text\` and
\`@name:text\` go privately; any other line goes to the open conversation. A command that does not exist is never sent. \`@name, text\` in a
room asks first: it may have been meant for one person.

| command | does |
| --- | --- |
${rows(commandNames, commandTable).join('\n')}

## What the terminal is asked

Before the first picture, on the alternate screen, all at once; what is not answered within 100 ms is done without, and late answers are never typed.

- Whether it joins grapheme clusters (mode 2027), which is switched on while the screen is up, and how wide it draws one emoji of each kind that terminals disagree on. Rows
  are counted with what it answered. After each such sign the cursor is put to its column, so that a wrong guess moves nothing.
- Its background (OSC 11), inside tmux also through it (\`allow-passthrough\`). Where nobody says it, nor COLORFGBG outside of tmux and screen, the colours are
  such that can be read on white and on black. \`.theme\` chooses. With NO_COLOR bold and inverse stay.
- To send Alt as an ESC before the key (modes 1036 and 1039; as they were before at the end). Alt as the eighth bit is understood, too.

Esc counts at once; over SSH, and where a key once came in two pieces, after half a second, until three Escs were nothing else. What is typed before there is a field for
it arrives in the line of the first conversation, or in the form; an Enter among it breaks the line and sends nothing.

## Line mode

\`securechat plain\` takes the same commands, but for those that are for eyes:
${screenOnly.map((name) => `\`${name}\``).join(', ')}.
Nothing is chosen there and nothing asks back, so that these are other there:

| command | does |
| --- | --- |
${rows(changedInLineMode, lineCommandTable).join('\n')}

From a pipe it ends with status 6 when a line was not sent, a command not done or a file neither sent nor fetched; a person at a terminal saw it.

A time beside a message is when the daemon had it; where its author's clock said another, by more than a minute, \`(written …)\` says that one: it was held back, or waited for a link, or a clock is wrong.

With \`--json\`, messages, own ones that have their place (\`sent\`), what \`.users\`, \`.list_files\` and \`.search\` find are objects on standard output; all else is prose on standard error.
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(path, screenDocument());
