/** A daemon that wants keys, or older versions of them, cannot undo what a profile chose or reached. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Doubt } from '../../src/client/connect-types.ts';
import { lastLogin } from '../../src/client/login/sign-in.ts';
import { fromHex } from '../../src/protocol/base/bytes.ts';
import { joinLink } from '../../src/protocol/link/daemon-identity.ts';
import type { Welcome } from '../../src/protocol/wire/login-requests.ts';
import type { RequestName } from '../../src/protocol/wire/requests.ts';
import { openProfile } from '../helpers/client/profile.ts';
import { quietAsk, signInAs } from '../helpers/client/sign-in.ts';
import { securechat } from '../helpers/screen/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { type HostileDaemon, hostileDaemon } from './hostile-daemon.ts';

/** Requests that carry keys, or what opens them, to the daemon. */
const CARRIERS = ['vault-put', 'card-put', 'record-start', 'record-finish'] as const satisfies RequestName[];

/** @returns the CARRIERS requested from now on */
function recordCarriers({ script }: HostileDaemon): string[] {
  const seen: string[] = [];
  for (const name of CARRIERS)
    script.answers[name] = async ({ honest }: { honest: () => Promise<unknown> }) => {
      seen.push(name);
      return honest();
    };
  return seen;
}

/** Answers every login with these fields changed. */
function setWelcome({ script }: HostileDaemon, lie: Partial<Welcome>): void {
  const change = async ({ honest }: { honest: () => Promise<Welcome> }) => ({ ...(await honest()), ...lie });
  script.answers['login-prove'] = change;
  script.answers['login-key'] = change;
}

function answering(yes: boolean) {
  const asked: Doubt['kind'][] = [];
  const confirm = async ({ kind }: Doubt): Promise<boolean> => {
    asked.push(kind);
    return yes;
  };
  return { asked, ask: quietAsk({ confirm }) };
}

async function start(t: ExecutionContext) {
  const daemon = await hostileDaemon(t);
  const server = joinLink('127.0.0.1', daemon.at.port, fromHex(daemon.at.fingerprint));
  const folder = await temporaryFolder(t);
  return { daemon, server, folder };
}

test.serial('no keys of an account with a vault are sent before the person agrees', async (t) => {
  const { daemon, server, folder } = await start(t);
  const profile = join(folder, 'alice');
  const alice = { user: 'alice', server, profile, password: 'a good password' } as const;
  const first = await signInAs(t, { ...alice, register: {} });
  const { idFp } = first.keyring.me;
  await first.close();
  const sent = recordCarriers(daemon);

  setWelcome(daemon, { mustRenew: true });
  const no = answering(false);
  await t.throwsAsync(signInAs(t, { user: 'alice', server, profile }), { code: 'untrusted' }, 'by key');
  await t.throwsAsync(signInAs(t, { ...alice, ask: no.ask }), {
    code: 'untrusted',
    message: /nothing was sent/,
  });
  const elsewhere = join(folder, 'new');
  const there = signInAs(t, { ...alice, profile: elsewhere, ask: no.ask });
  await t.throwsAsync(there, { code: 'untrusted' }, 'on a new machine');
  t.is((await lastLogin(await openProfile(t, elsewhere))).user, undefined, 'no identity was made');
  t.deepEqual(no.asked, ['reset', 'no-keys']);

  const password = join(folder, 'password');
  await writeFile(password, 'a good password', { mode: 0o600 });
  const script = ['users', '--profile', profile, '--server', server, '--user', 'alice', '--password-file', password];
  const result = await securechat(script);
  t.is(result.code, 5);
  t.regex(result.stderr, /says that alice has no keys, but this profile holds them.*nothing was sent/);

  setWelcome(daemon, { localKeys: true });
  await t.throwsAsync(signInAs(t, { ...alice, ask: no.ask }), {
    code: 'untrusted',
    message: /on one machine only/,
  });
  t.deepEqual(no.asked, ['reset', 'no-keys', 'keeps-no-vault']);
  t.deepEqual(sent, []);

  // The true daemon noticed nothing, and a restored one gets the vault again once the person agrees.
  setWelcome(daemon, { vault: null });
  const yes = answering(true);
  const again = await signInAs(t, { ...alice, ask: yes.ask });
  t.deepEqual(yes.asked, ['vault-back']);
  t.deepEqual(sent, ['vault-put']);
  t.deepEqual(again.keyring.me.idFp, idFp);
});

test.serial('keys that stay on one machine are never sent, even if the person agrees to everything', async (t) => {
  const { daemon, server, folder } = await start(t);
  const bob = { user: 'bob', server, profile: join(folder, 'bob'), password: 'a good password' } as const;
  await (await signInAs(t, { ...bob, register: { localKeys: true } })).close();
  const sent = recordCarriers(daemon);
  const { asked, ask } = answering(true);
  daemon.script.answers.cards = async () => ({ cards: [] });
  await t.throwsAsync(signInAs(t, { user: 'bob', server, profile: bob.profile }), { message: /lost the card/ });
  delete daemon.script.answers.cards;
  for (const lie of [{ mustRenew: true }, { localKeys: false }]) {
    setWelcome(daemon, lie);
    const attempt = signInAs(t, { ...bob, ask });
    await t.throwsAsync(attempt, { code: 'untrusted', message: /only on this machine; nothing was sent/ });
  }
  setWelcome(daemon, {});
  await signInAs(t, bob);
  t.deepEqual([asked, sent], [[], []]);
});
