import { ChatClient } from './client.ts';
import { signIn } from './login/sign-in.ts';
import type { Client, ConnectOptions } from './types.ts';

/**
 * Logs in, or registers when `options.register` is given, and joins the lobby. Resolves with a client that is online; it goes on
 * fetching what is new while it is used. Close it with `client.close()`.
 * @throws ClientError with a `code` that says what is wrong, such as 'unreachable', 'login-refused' or 'untrusted'
 * @throws Refusal when the daemon refuses a registration
 * @example
 * const ask = { trust: async () => false, password: async () => null, progress() {} };
 * const client = await connect({ user: 'bot', server: '127.0.0.1:65345', ask });
 * await client.send('#lobby', 'hello');
 * await client.close();
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const signedIn = await signIn(options);
  try {
    options.ask.progress('sync');
    return await ChatClient.start(signedIn);
  } catch (error) {
    await signedIn.close();
    throw error;
  }
}
