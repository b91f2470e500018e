import type { Client } from './api/client-api.ts';
import { ChatClient } from './client.ts';
import type { ConnectOptions } from './connect-types.ts';
import { type SignedIn, signIn } from './login/sign-in.ts';
import type { Profile } from './profile/profile.ts';

/**
 * Logs in, or registers when `options.register` is given, and joins the rooms. Resolves with a client that is online; it fetches
 * new messages in the background. Close it with `client.close()`.
 * @param options `timeout` in ms; the other fields are explained at ConnectOptions
 * @throws ClientError 'unreachable', 'not-a-daemon' or 'version' when no server of this version answers; 'login-refused' for a wrong
 *   name, password or passphrase; 'untrusted' or 'key-changed' when the server or its statements about the account are not trusted;
 *   'usage' for a wrong option, or a missing password or passphrase; 'refused' when the keys of the account are not here, or the profile
 *   is damaged; 'disk-full'
 * @throws Refusal when the server refuses the registration ('name-taken', 'name-look-alike', 'bad-name', 'registration-closed',
 *   'bad-invite'), or lets nobody in for longer than `timeout` ('busy', 'disk-full', 'rate-limited')
 * @example
 * const ask: Ask = { trust: async () => false, password: async () => null, progress() {} };
 * const client = await connect({ user: 'bot', server: '127.0.0.1:65345', ask });
 * await client.send('#lobby', 'hello');
 * await client.close();
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  return start(options, await signIn(options));
}

/** As `connect`, for a program that has the profile open. The client leaves it open. */
export async function connectWith(profile: Profile, options: ConnectOptions): Promise<Client> {
  return start(options, await signIn(options, {}, profile));
}

async function start(options: ConnectOptions, signedIn: SignedIn): Promise<Client> {
  try {
    options.ask.progress('sync');
    return await ChatClient.start(signedIn);
  } catch (error) {
    await signedIn.close();
    throw error;
  }
}
