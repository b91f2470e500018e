/** `securechat demo` without a terminal: prints how two people exchange messages and a file through the temporary server. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import prettyBytes from 'pretty-bytes';
import type { Client } from '../../client/api/client-api.ts';
import type { ConversationName, Message } from '../../client/types.ts';
import type { Output } from '../console/output.ts';
import type { Shell } from '../console/shell.ts';
import { nextSteps, withTemporaryServer } from './temporary-server.ts';

const FILE_SIZE = 8 * 1024 * 1024;

export function runDemo(shell: Shell): Promise<void> {
  const { output } = shell;
  output.line('A temporary server and two people, on this machine only. Everything is deleted at the end.\n');
  return withTemporaryServer(shell, async (server) => {
    output.line(`  server ${server.daemon.address}, fingerprint ${server.daemon.fingerprint}\n`);
    const [alice, bob] = await server.step('creating accounts for alice and bob (two RSA-3072 keys each)', () =>
      Promise.all([server.account('alice'), server.account('bob')]),
    );
    await talk(output, alice, bob);
    await share(output, alice, bob, server.dir);
    output.line('The server forwarded all of this and could read none of it. To use SecureChat for real:\n');
    for (const line of nextSteps(process.argv[1] ?? 'securechat')) output.line(line);
  });
}

async function talk(output: Output, alice: Client, bob: Client): Promise<void> {
  output.line('\nPrivate messages, encrypted for one reader:');
  await exchange(output, alice, [bob], '@bob', 'did the build pass?');
  await exchange(output, bob, [alice], '@alice', 'yes, all green. the server saw only encrypted bytes');
  output.line('\nA message to everyone in the lobby:');
  await exchange(output, alice, [bob], '#lobby', 'release at four, cake at five');
}

async function share(output: Output, alice: Client, bob: Client, dir: string): Promise<void> {
  output.line('\nA file from alice to bob:');
  const path = join(dir, 'release.bin');
  await writeFile(path, randomBytes(FILE_SIZE));
  await alice.upload('@bob', path);
  const [file] = await bob.files('@alice');
  if (file === undefined) throw new Error('the file is not listed');
  output.line(`  bob sees ${file.name}, ${prettyBytes(file.size)}, from ${file.from}`);
  const folder = join(dir, 'client_files');
  await mkdir(folder);
  const saved = await bob.download(file, { dir: folder });
  const [sent, received] = await Promise.all([sha256(path), sha256(saved)]);
  if (sent !== received) throw new Error('the file arrived changed');
  output.line(`  bob has downloaded it unchanged: sha256 ${received.slice(0, 16)}…\n`);
}

/** Sends a message, waits until every reader has decrypted it, and prints what they read. */
async function exchange(
  output: Output,
  from: Client,
  to: Client[],
  where: ConversationName,
  text: string,
): Promise<void> {
  const arrivals = to.map((reader) => arrival(reader, from.me.name, text));
  await from.send(where, text);
  for (const [i, { from: author, body }] of (await Promise.all(arrivals)).entries())
    output.line(`  ${to[i]?.me.name} reads  ${author}: ${body.kind === 'text' ? body.text : ''}`);
}

function arrival(reader: Client, author: string, text: string): Promise<Message> {
  const { promise, resolve } = Promise.withResolvers<Message>();
  const stop = reader.subscribe((event) => {
    if (event.type !== 'message' || event.message.from !== author) return;
    if (event.message.body.kind === 'text' && event.message.body.text === text) resolve(event.message);
  });
  return promise.finally(stop);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
