/** Writes docs/COMMANDS.md from the command table, the global options and the exit statuses (`npm run docs`). A test compares. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import yargs, { type Argv } from 'yargs';
import type { CommandEntry } from '../src/cli/command.ts';
import { commandTable } from '../src/cli/command-table.ts';
import { exitStatus } from '../src/client/errors.ts';
import { DEFAULT_SERVER, globalOptions } from '../src/client/profile/global-options.ts';

export const path = fileURLToPath(new URL('../docs/COMMANDS.md', import.meta.url));

const COLUMNS = 100;
const meanings: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'unexpected; or an export of keys does not restore everything',
  2: 'wrong usage: arguments, text, name or local file',
  3: 'login refused, or unknown name',
  4: 'the server cannot be reached',
  5: 'the key of the server or of a person is not trusted',
  6: 'refused: no such person, room or file, no permission, over quota, or this disk is full',
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

\`npm run docs\` generates this file from the program's own tables. \`securechat [join-link]\` opens the screen;
[SCREEN.md](SCREEN.md) lists its keys and dot-commands. Without a terminal, with \`--plain\` or with \`INK_SCREEN_READER\` it starts line mode.

| command | does |
| --- | --- |
${rows.join('\n')}

## Options of all commands

Each option is also an environment variable and a key in \`config.toml\`. Flags win over the environment, which wins over the file. A password or a passphrase is never a flag, a variable or a key. In the environment and the file, \`profile\` and \`downloads\` must be absolute paths or begin with \`~/\`.
Without \`--server\` or \`--user\`, the profile's last server and name are used; the default server is ${DEFAULT_SERVER}.

| option | variable | meaning |
| --- | --- | --- |
${options.join('\n')}

## Exit status

| status | meaning |
| --- | --- |
${statuses.map((status) => `| ${status} | ${meanings[status] ?? 'undocumented'} |`).join('\n')}

A server may answer but refuse all logins for now, because its disk is full or it is busy. \`listen\`, \`plain\` and the screen then try again until it accepts. Other commands try for \`--timeout\` seconds and then end with the server's reason and status 6. A server that does not answer at the start ends every command with status 4: its address may be wrong. After the login, every command waits for a lost link to come back.

With \`--json\`, \`at\` is the server's time of a message or file. \`sentAt\` is the author's time; it is there only if it differs from \`at\` by more than a minute. A file from \`files\` has \`saved\`, the path of the downloaded copy, if this profile downloaded and verified it and the copy has not changed since.

\`conversation\`, \`author\` (the fingerprint of the key that signed it) and \`id\` together identify a message: another author may choose the same id. \`reply\` holds the \`author\` and the \`id\` of the message it replies to. Files are identified in the same way.

## Command by command

${details.join('\n')}`;
}

async function detailsOf(entry: CommandEntry): Promise<string> {
  const command = await entry.load();
  const [, group = '', usage = ''] = /^(?:(\w+) )?(\w+.*)$/.exec(entry.usage) ?? [];
  const declare = (parser: Argv): Argv =>
    parser.command({ command: usage, describe: entry.summary, builder: (y) => command.options(y), handler: () => {} });
  const help = await new Promise<string>((done, fail) => {
    const program = yargs().scriptName('securechat').version(false).locale('en').wrap(COLUMNS);
    void (group === '' ? declare(program) : program.command(group, '', declare)).parseAsync(
      [group, usage.split(' ')[0] ?? '', '--help'].filter((word) => word !== ''),
      {},
      (error, _, output) => (error ? fail(error) : done(output)),
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
  return `SECURECHAT_${name.replaceAll('-', '_').toUpperCase()}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(path, await commandDocument());
