/** Floods by one account, on as many links as one account may have. */
import { randomBytes } from 'node:crypto';
import { limitValues } from '../src/daemon/limits/limits.ts';
import { encodeRequest } from '../src/protocol/wire/codec.ts';
import { fastOpaque } from '../test/helpers/protocol/fast-opaque.ts';
import { addressOf, flooder, logInByPassword, logInWithRetry, PASSWORD } from './flood-people.ts';
import { type Flood, repeat, requests } from './flood-requests.ts';

const byKey = (port: number, index: number) => logInWithRetry(port, flooder(0), addressOf(index));
const byPassword = (port: number, index: number) => logInWithRetry(port, flooder(0), addressOf(index), logInByPassword);
const vault = randomBytes(131_072);
const recordHash = randomBytes(32);
let version = 0;

const vaults = requests(
  4,
  async () => (n) => encodeRequest(n, 'vault-put', { recordHash, version: ++version, vault }),
  byPassword,
);
const newPasswords = requests(
  200,
  async () => {
    const { message } = await fastOpaque.clientRegister(PASSWORD);
    return (n) => encodeRequest(n, 'record-start', { message });
  },
  byPassword,
);
const refusedUpload = { file: randomBytes(16), conversation: randomBytes(32), size: 1_000, segSize: 65_536 };
const page = { after: 0, before: null, limit: 500, newest: false, kinds: null };
const pages = requests(
  200,
  async (_index, lobby) => (n) => encodeRequest(n, 'fetch', { conversation: lobby, ...page }),
  byKey,
);

const floods: { [kind: string]: Flood } = {
  vaults,
  'new passwords': newPasswords,
  cards: repeat(200, 'cards', { name: 'bob', from: 0 }, byKey),
  'refused uploads': repeat(200, 'upload-open', refusedUpload, byKey),
  pages,
};

export const floodsOfOne: { [kind: string]: Flood } = Object.fromEntries(
  Object.entries(floods).map(([kind, flood]): [string, Flood] => [
    `one: ${kind}`,
    async (port, index, governor) => {
      if (index < limitValues.linksPerAccount) await flood(port, index, governor);
    },
  ]),
);
