/** Prints docs/COMMANDS.md from the table of shell commands, the global options and the exit statuses. `npm run docs` writes it; a test compares. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import type { CommandEntry } from '../src/cli/command.ts';
import { commandTable } from '../src/cli/command-table.ts';
import { exitStatus } from '../src/client/errors.ts';
import { DEFAULT_SERVER, globalOptions } from '../src/client/profile/settings.ts';

export const path = fileURLToPath(new URL('../docs/COMMANDS.md', import.meta.url));

const COLUMNS = 100;
const meanings: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'unexpected',
  2: 'wrong usage: arguments, a text, a name, a local file',
  3: 'login refused, or the name is not known',
  4: 'the daemon cannot be reached',
  5: 'the key of the daemon, or of a person, is not trusted',
  6: 'refused: no such person, room or file, no permission, quota, no room on this disk',
  130: 'interrupted (128 and the number of the signal)',
};

export async function commandDocument(): Promise<string> {
  const rows = commandTable.map(({ usage, summary }) => `| \`${usage.replaceAll('|', '\\|')}\` | ${cell(summary)} |`);
  const options = Object.entries(globalOptions).map(
    ([name, { type, describe }]) =>
      `| \`--${name}\`${type === 'boolean' ? '' : ` ${type}`} | \`${variable(name)}\` | ${cell(describe)} |`,
  );
  const statuses = [...new Set([0, 1, ...Object.values(exitStatus)])].sort((a, b) => a - b);
  const details: string[] = [];
  for (const entry of commandTable) details.push(await detailsOf(entry));
  return `# Shell commands

This file is printed from the program's own tables (\`npm run docs\`). \`securechat [join-link]\` opens the screen; its keys and
dot-commands stand in [SCREEN.md](SCREEN.md). Without a terminal, with \`--plain\` or with \`INK_SCREEN_READER\` it is line mode.

| command | does |
| --- | --- |
${rows.join('\n')}

## Options of all commands

Each is also a variable of the environment and a key in \`config.toml\`; flags win, then the environment. A password is neither. A profile or a folder for downloads that the environment or the file names is an absolute path, or begins with \`~/\`.
A server and a name that nobody gives are those that the profile used last; where it knows no server, it is ${DEFAULT_SERVER}.

| option | variable | meaning |
| --- | --- | --- |
${options.join('\n')}

## Exit status

| status | meaning |
| --- | --- |
${statuses.map((status) => `| ${status} | ${meanings[status] ?? 'undocumented'} |`).join('\n')}

A server that answers but lets nobody in for now, as its disk is full or it is busy, is tried again: by \`listen\`, \`plain\` and the screen until it does, by other commands for the seconds of \`--timeout\`; then they end with what it said, and status 6. A server that does not answer at the start ends every command with status 4: its address may be wrong. Once somebody is in, a link that is lost is waited for.

With \`--json\`, \`at\` is when the daemon had a message or a file; \`sentAt\` stands beside it where its author's clock says a time more than a minute from that. A file that \`files\` lists has \`saved\`, a path, where this profile saved and verified it and that copy was not changed since.

A message is named by its \`conversation\`, its \`author\` (the fingerprint of the key that signed it) and its \`id\`: another author may choose the same id. \`reply\` holds the \`author\` and the \`id\` of the message that is answered. A file is named in the same way.

## Command by command

${details.join('\n')}`;
}

async function detailsOf(entry: CommandEntry): Promise<string> {
  const command = await entry.load();
  const help = await new Promise<string>((done, fail) => {
    void yargs()
      .scriptName('securechat')
      .command({ command: entry.usage, describe: entry.summary, builder: (y) => command.options(y), handler: () => {} })
      .version(false)
      .locale('en')
      .wrap(COLUMNS)
      .parseAsync([entry.usage.split(' ')[0] ?? '', '--help'], {}, (error, _, output) =>
        error ? fail(error) : done(output),
      );
  });
  return `\`\`\`\n${help
    .replace(/^.*--help.*\n?/m, '')
    .replace(/\n+Options:\s*$/, '')
    .trim()}\n\`\`\`\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function variable(name: string): string {
  return `SECURECHAT_${name.replace('-', '_').toUpperCase()}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(path, await commandDocument());
