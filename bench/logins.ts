/**
 * The daemon's CPU time for a handshake, a login by password and a login by key: a real daemon in a process of its own, with all
 * threads, log and disk. The lower bound is the RSA work that each needs (decrypting the client's secret;
 * by key also verifying a signature), by node:crypto alone in the same run. Logins run one after the other, within the daemon's
 * rate limits.
 */
import { setTimeout as after } from 'node:timers/promises';
import { Calls } from '../src/client/connection/calls.ts';
import { dial } from '../src/client/connection/dial.ts';
import { loginByKey, loginByPassword } from '../src/client/login/login-exchange.ts';
import { registerAccount } from '../src/client/login/register.ts';
import { systemClock } from '../src/platform/clock.ts';
import { systemRandom } from '../src/platform/random.ts';
import { CARD_LIFE_MS, signCard } from '../src/protocol/account/card.ts';
import { inlineOpaque } from '../src/protocol/crypto/opaque.ts';
import { inlineRsa } from '../src/protocol/crypto/rsa-pool.ts';
import { parseAddress } from '../src/protocol/link/daemon-identity.ts';
import { fixtureKey, fixtureSealKey } from '../test/fixtures/keys.ts';
import { bareRsa, type Count, cpuOfEach } from './bare-rsa.ts';
import { type BenchDaemon, startDaemon } from './daemon.ts';
import { type Print, ratio } from './report.ts';

/** The pause between two connections, and between two logins. */
const CONNECTION_MS = 20;
const LOGIN_MS = 20;
const DEVICE = 7;
const NAME = 'alice';
const PASSWORD = 'correct horse';

export async function benchLogins(print: Print, quick = false): Promise<void> {
  const daemon = await startDaemon();
  try {
    await register(daemon);
    const password = { name: NAME, password: PASSWORD, device: DEVICE, deviceName: 'bench' };
    // The ticket of the last login by password; a login by key needs it.
    let ticket: Uint8Array = new Uint8Array(0);
    const identity = fixtureKey('alice-identity');

    const times = quick ? 50 : 150;
    const measured = {
      handshake: await daemonCpu(daemon, times, CONNECTION_MS, async () => (await open(daemon)).calls.link.destroy()),
      'login by password': await daemonCpu(daemon, times, LOGIN_MS, async () => {
        const { calls, daemonId } = await open(daemon);
        const { welcome } = await loginByPassword(calls, inlineOpaque, { ...password, daemonId }, async () => null);
        if (welcome.ticket === null) throw new Error('the daemon gave no ticket');
        ticket = welcome.ticket;
        calls.link.destroy();
      }),
      'login by key': await daemonCpu(daemon, times, LOGIN_MS, async () => {
        const { calls, daemonId } = await open(daemon);
        await loginByKey(calls, inlineRsa, { name: NAME, identity, device: DEVICE, ticket, daemonId });
        calls.link.destroy();
      }),
    };
    const limits: { [what in keyof typeof measured]: Count } = {
      handshake: { open: 1 },
      'login by password': { open: 1 },
      'login by key': { open: 1, verify: 1 },
    };
    for (const what of ['handshake', 'login by password', 'login by key'] as const) {
      const bare = await cpuOfEach(times, bareRsa(fixtureSealKey('daemon-link'), limits[what]));
      const ms = measured[what];
      const with_ = what === 'handshake' ? '' : ' (its handshake included)';
      print(
        `${what}${with_}: ${ms.toFixed(2)} ms of daemon CPU, ${(1000 / ms).toFixed(0)} per second of CPU; ` +
          `bare RSA ${bare.toFixed(2)} ms; ${ratio(ms, bare)}`,
      );
    }
  } finally {
    await daemon.stop();
  }
}

async function open(daemon: BenchDaemon): Promise<{ calls: Calls; daemonId: Uint8Array }> {
  const { host, port, fingerprint } = parseAddress(daemon.join);
  if (fingerprint === null) throw new Error('a join link has a fingerprint');
  const link = await dial({
    address: { host, port },
    timeoutMs: 10_000,
    expect: fingerprint,
    software: 'bench',
    clock: systemClock,
    random: systemRandom,
  });
  const { daemonId } = link.peer;
  if (daemonId === null) throw new Error('a daemon has an id');
  return { calls: new Calls(link), daemonId };
}

async function register(daemon: BenchDaemon): Promise<void> {
  const { calls, daemonId } = await open(daemon);
  const identity = fixtureKey('alice-identity');
  const { spki: ekSpki, xwingKey, pkcs8, seed } = fixtureSealKey('alice-encryption');
  const notBefore = Date.now();
  const life = { cardSeq: 1, notBefore, notAfter: notBefore + CARD_LIFE_MS, prevCardHash: new Uint8Array(32) };
  const card = await signCard(inlineRsa, identity, { name: NAME, ekSpki, xwingKey, ...life });
  await registerAccount(calls, inlineOpaque, {
    name: NAME,
    password: PASSWORD,
    invite: null,
    localKeys: true,
    keys: async () => ({ identity, keys: [{ card, pkcs8, seed }] }),
    daemonId,
  });
  calls.link.destroy();
}

/** The daemon's CPU time for one call, in ms: the mean of `times` calls after a warm-up. */
async function daemonCpu(
  daemon: BenchDaemon,
  times: number,
  apartMs: number,
  work: () => Promise<void>,
): Promise<number> {
  const paced = async () => {
    await Promise.all([work(), after(apartMs)]);
  };
  for (let i = 0; i < times / 5; i++) await paced();
  const before = daemon.cpu();
  for (let i = 0; i < times; i++) await paced();
  return ((daemon.cpu() - before) * 1000) / times;
}

if (import.meta.main) await benchLogins(console.log, process.argv.includes('--quick'));
