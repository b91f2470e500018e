import test from 'ava';
import { type InteractiveLoginParts, interactiveLogin } from '../../../src/cli/plain/interactive-login.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { FakeClient } from '../../helpers/screen/fake-client.ts';

const offered = { address: 'here:1', fingerprint: 'ab'.repeat(32), words: 'only defense august' };

/** Answers the questions in order; `*` marks questions without echo. */
function startLogin(answers: string[], parts: Partial<InteractiveLoginParts> = {}, refusals: Error[] = []) {
  const asked: string[] = [];
  const said: string[] = [];
  const connected: unknown[] = [];
  const answer = (mark: string) => async (question: string) => {
    asked.push(mark + question);
    const next = answers.shift();
    if (next === undefined) throw new ClientError('cancelled', 'cancelled');
    return next;
  };
  const come = interactiveLogin({
    say: (line) => said.push(line),
    line: answer(''),
    secret: answer('*'),
    greet: async () => ({ offered: null, names: [] }),
    connect: async (account, fingerprint) => {
      connected.push({ ...account, fingerprint });
      const refused = refusals.shift();
      if (refused !== undefined) throw refused;
      return new FakeClient();
    },
    server: 'link',
    defaultServer: 'default:1',
    trustNew: false,
    ...parts,
  });
  return { come, asked, said, connected };
}

test('with a join link the login asks for the name, whether it is new, and the password twice', async (t) => {
  const { come, asked, said, connected } = startLogin([
    'a b',
    'carol',
    'perhaps',
    'y',
    'short',
    'long enough',
    'long enouhg',
    'long enough',
    'long enough',
  ]);
  await come;
  t.deepEqual(connected, [{ user: 'carol', password: 'long enough', register: {}, server: 'link', fingerprint: null }]);
  t.deepEqual(
    asked.map((question) => question.replace(/^(\*?\w+ \w+).*/, '$1')),
    [
      'which name',
      'which name',
      'make the',
      'make the',
      '*choose a',
      '*choose a',
      '*type the',
      '*choose a',
      '*type the',
    ],
  );
  t.regex(said.join('\n'), /a name has[\s\S]*yes or no[\s\S]*nobody can reset[\s\S]*8 characters[\s\S]*differ/);
});

test('an unknown server shows its words, and its key is trusted after a yes', async (t) => {
  const greet = async () => ({ offered, names: [] });
  const yes = startLogin(['yes', 'alice', 'no', 'secret'], { greet });
  await yes.come;
  t.regex(yes.said.join('\n'), /here:1 is not known here; its key in words: only defense august/);
  t.deepEqual(yes.connected, [{ user: 'alice', password: 'secret', server: 'link', fingerprint: offered.fingerprint }]);
  const no = startLogin(['no'], { greet });
  await t.throwsAsync(no.come, { instanceOf: ClientError, code: 'untrusted' });
  const script = startLogin(['alice', 'no', 'secret'], { greet, trustNew: true });
  await script.come;
  t.is(script.asked.length, 3);
});

test('a mistyped server is asked for again, and a given one ends the login', async (t) => {
  const greet = async (server: string) => {
    if (server !== 'default:1') throw new ClientError('unreachable', `cannot connect to ${server}`);
    return { offered: null, names: [] };
  };
  const typed = startLogin(['wrong:1', '', 'alice', 'no', 'secret'], { greet, server: null });
  await typed.come;
  t.deepEqual(typed.said, ['cannot connect to wrong:1']);
  t.like(typed.connected[0], { server: 'default:1' });
  await t.throwsAsync(startLogin([], { greet, server: 'given:1' }).come, { code: 'unreachable' });
});

test('a refused name, password or invitation code is asked for again', async (t) => {
  const refusals = [
    new Refusal('name-taken', 'the name is taken'),
    new Refusal('bad-invite', 'by invitation'),
    new ClientError('unreachable', 'gone'),
  ];
  const first = ['alice', 'y', 'long enough', 'long enough'];
  const again = ['carol', 'y', 'long enough', 'long enough'];
  const { come, said, connected } = startLogin([...first, ...again, ' code '], {}, refusals);
  await t.throwsAsync(come, { code: 'unreachable' });
  t.deepEqual(
    said.filter((line) => !line.startsWith('nobody can reset')),
    ['the name is taken', 'by invitation'],
  );
  t.like(connected.at(-1), { user: 'carol', register: { invite: 'code' } });
});
