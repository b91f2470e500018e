/**
 * Writes the files of test/vectors: `node scripts/vectors/main.ts [file…]`. OAEP, PSS and nonces are random, so each run
 * writes other bytes: commit them only when a format has changed.
 */
import { writeFileSync } from 'node:fs';
import { cardVectors, keyExportVectors, sharedStateVectors, vaultVectors } from './account.ts';
import { broadcastVectors } from './broadcast.ts';
import { handshakeVectors, recordVectors, rsaVectors } from './link.ts';
import { loginVectors } from './login.ts';
import { contentVectors, noteVectors, segmentVectors } from './notes.ts';
import { peopleVectors } from './people.ts';
import { epochVectors, roomBodyVectors, roomInfoVectors, roomLogVectors, roomMessageVectors } from './rooms.ts';
import { sealVectors } from './seal.ts';
import { safetyVectors, textVectors } from './texts.ts';

const files: Record<string, () => unknown> = {
  people: peopleVectors,
  rsa: rsaVectors,
  'person-seal': sealVectors,
  handshake: handshakeVectors,
  record: recordVectors,
  broadcast: broadcastVectors,
  login: loginVectors,
  card: cardVectors,
  vault: vaultVectors,
  'shared-state': sharedStateVectors,
  'key-export': keyExportVectors,
  note: noteVectors,
  content: contentVectors,
  segment: segmentVectors,
  'room-log': roomLogVectors,
  'room-body': roomBodyVectors,
  'room-info': roomInfoVectors,
  epoch: epochVectors,
  'room-message': roomMessageVectors,
  safety: safetyVectors,
  text: textVectors,
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in files));
if (unknown.length > 0)
  throw new Error(`unknown file ${unknown.join(', ')}; the files are ${Object.keys(files).join(', ')}`);
for (const [name, make] of Object.entries(files)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const vectors = `${JSON.stringify(await make(), null, 2)}\n`;
  writeFileSync(new URL(`../../test/vectors/${name}.json`, import.meta.url), vectors);
}
