/** The log of the lobby, and the bodies of its entries: section 6 of docs/PROTOCOL.md, "Log". */
import { demand, Fields, H, isZero, same } from './bytes.ts';
import { checkSignature } from './keys.ts';

const KINDS = ['lobby', 'open', 'private'];
const HISTORIES = ['since-join', 'shared'];

export function readCreate(body: Uint8Array) {
  const fields = new Fields(body);
  const daemonId = fields.take(32);
  const kind = KINDS[fields.number(1)];
  const nonce = fields.take(16);
  const history = HISTORIES[fields.number(1)];
  demand(kind !== undefined && history !== undefined);
  const [makerName, makerSpki, infoCommitment] = [fields.text16(), fields.var16(), fields.take(32)];
  const name = fields.text16();
  fields.end();
  return { daemonId, kind, nonce, history, makerName, makerSpki, infoCommitment, name, room: H('room', body) };
}

export function readJoin(body: Uint8Array) {
  const fields = new Fields(body);
  const join = { sigSpki: fields.var16(), invitation: fields.take(32) };
  fields.end();
  return join;
}

function readEntry(bytes: Uint8Array) {
  const fields = new Fields(bytes);
  demand(fields.number(1) === 2);
  const [room, n, prev, op] = [fields.take(32), fields.number(8), fields.take(32), fields.number(1)];
  const [name, idFp, actor] = [fields.text16(), fields.take(32), fields.take(32)];
  fields.number(8);
  const body = fields.var16();
  const hash = H('log', fields.before);
  const signature = fields.take(384);
  fields.end();
  return { room, n, prev, op, name, idFp, actor, body, hash, signature };
}

/** Checks a log from its first entry on. @throws Refused */
export function readLog(entries: Uint8Array[], daemon: { sign: Uint8Array; daemonId: Uint8Array }) {
  const members = new Map<string, string>();
  const keys = new Map<string, Buffer>();
  const [first, ...others] = entries.map(readEntry);
  demand(first !== undefined && first.op === 1 && first.n === 0 && isZero(first.prev));
  const made = readCreate(first.body);
  demand(same(first.room, made.room) && same(made.daemonId, daemon.daemonId) && made.name === first.name);
  demand(
    made.kind === 'lobby' && made.history === 'since-join' && made.makerName === '' && made.makerSpki.length === 0,
  );
  demand(isZero(made.infoCommitment) && isZero(first.idFp) && isZero(first.actor));
  checkSignature(daemon.sign, first.hash, first.signature);
  let before = first;
  for (const entry of others) {
    const { op, name, body, hash, signature } = entry;
    const idFp = entry.idFp.toString('hex');
    demand(entry.n === before.n + 1 && same(entry.prev, before.hash) && same(entry.room, made.room));
    demand(op === 5 ? isZero(entry.actor) : same(entry.actor, entry.idFp));
    if (op === 2) {
      const { sigSpki, invitation } = readJoin(body);
      demand(isZero(invitation) && same(H('identity', Buffer.from(name), sigSpki), entry.idFp));
      demand(![...members.values()].includes(name));
      checkSignature(sigSpki, hash, signature);
      keys.set(idFp, sigSpki);
      members.set(idFp, name);
    } else {
      const key = op === 5 ? daemon.sign : keys.get(idFp);
      demand((op === 4 || op === 5) && body.length === 0 && members.get(idFp) === name && key !== undefined);
      checkSignature(key, hash, signature);
      members.delete(idFp);
    }
    before = entry;
  }
  return { members: [...members].map(([idFp, name]) => ({ name, idFp })), room: made.room, head: before.hash };
}
