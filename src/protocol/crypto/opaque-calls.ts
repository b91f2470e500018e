/**
 * The steps of OPAQUE (RFC 9807) for both roles, blocking. `opaque1` fixes what the two sides must agree on: argon2id
 * with 64 MiB, 3 passes and 4 lanes, and the daemonId as the server's identity, so that a record and a login serve one
 * daemon only. Messages and records are base64url text of the library.
 */
import { client, ready, server } from '@serenity-kit/opaque';
import { hex } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { isOpaqueText, type OpaqueKind } from './opaque-messages.ts';

const keyStretchingParameters = { 'argon2id-custom': { iterations: 3, memory: 65_536, parallelism: 4 } };

/** The generator of ristretto255 (RFC 9496, section 4), which is a registration request like any other. */
const GENERATOR = Buffer.from('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76', 'hex').toString(
  'base64url',
);

await ready;

/** What the library throws on unreadable messages holds nothing that a peer should see. */
function withMessageError<T>(step: () => T): T {
  try {
    return step();
  } catch {
    throw new ProtocolError('message', 'a message of the login is not readable');
  }
}

/** A message or a record from outside. @throws within guarded() when it cannot be one. */
function checkedText(kind: OpaqueKind, text: string): string {
  if (!isOpaqueText(kind, text)) throw new Error('not a message of this kind');
  return text;
}

const fromBase64Url = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64url'));
const identifiers = (daemonId: Uint8Array) => ({ server: hex(daemonId) });

export function createSetup(): string {
  return server.createSetup();
}

/**
 * What anybody can ask of a daemon with this setup, and another one answers in another way: its public key, and what its seed
 * makes of one fixed message for a name that nobody can have.
 */
export function publicPart(setup: string): string {
  return serverRegister(setup, '', GENERATOR);
}

export function clientRegister(password: string): { state: string; message: string } {
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  return { state: clientRegistrationState, message: registrationRequest };
}

export function clientLogin(password: string): { state: string; message: string } {
  const { clientLoginState, startLoginRequest } = client.startLogin({ password });
  return { state: clientLoginState, message: startLoginRequest };
}

/** The steps of a client that stretch the password: with other parameters than `agreed`, for tests alone. */
export function clientStepsWith(keyStretching: typeof keyStretchingParameters) {
  function clientRegisterFinish(
    password: string,
    state: string,
    answer: string,
    daemonId: Uint8Array,
  ): { record: string; exportKey: Uint8Array } {
    const { registrationRecord, exportKey } = withMessageError(() =>
      client.finishRegistration({
        password,
        clientRegistrationState: state,
        registrationResponse: checkedText('registrationResponse', answer),
        identifiers: identifiers(daemonId),
        keyStretching,
      }),
    );
    return { record: registrationRecord, exportKey: fromBase64Url(exportKey) };
  }

  /** null: the password is wrong, the name is unknown, or the daemon is not the one that made the record. */
  function clientLoginFinish(
    password: string,
    state: string,
    answer: string,
    daemonId: Uint8Array,
  ): null | { message: string; sessionKey: Uint8Array; exportKey: Uint8Array } {
    const done = withMessageError(() =>
      client.finishLogin({
        password,
        clientLoginState: state,
        loginResponse: checkedText('loginResponse', answer),
        identifiers: identifiers(daemonId),
        keyStretching,
      }),
    );
    if (!done) return null;
    return {
      message: done.finishLoginRequest,
      sessionKey: fromBase64Url(done.sessionKey),
      exportKey: fromBase64Url(done.exportKey),
    };
  }

  return { clientRegisterFinish, clientLoginFinish };
}

export const { clientRegisterFinish, clientLoginFinish } = clientStepsWith(keyStretchingParameters);

export function serverRegister(setup: string, name: string, message: string): string {
  return withMessageError(() =>
    server.createRegistrationResponse({
      serverSetup: setup,
      userIdentifier: name,
      registrationRequest: checkedText('registrationRequest', message),
    }),
  ).registrationResponse;
}

/** For an unknown name `record` is null: the answer has the same shape, costs the same and is as stable. */
export function serverLogin(
  setup: string,
  name: string,
  record: string | null,
  message: string,
  daemonId: Uint8Array,
): { state: string; message: string } {
  const { serverLoginState, loginResponse } = withMessageError(() =>
    server.startLogin({
      serverSetup: setup,
      userIdentifier: name,
      registrationRecord: record === null ? null : checkedText('record', record),
      startLoginRequest: checkedText('loginRequest', message),
      identifiers: identifiers(daemonId),
    }),
  );
  return { state: serverLoginState, message: loginResponse };
}

/** The session key; null when the other side did not know the password, or sent anything else. */
export function serverLoginFinish(state: string, message: string): Uint8Array | null {
  try {
    return fromBase64Url(
      server.finishLogin({ serverLoginState: state, finishLoginRequest: checkedText('loginFinish', message) })
        .sessionKey,
    );
  } catch {
    return null;
  }
}

/** A record for a password that the daemon holds in clear, by playing both roles once. */
export function createRecord(setup: string, name: string, password: string, daemonId: Uint8Array): string {
  const { state, message } = clientRegister(password);
  return clientRegisterFinish(password, state, serverRegister(setup, name, message), daemonId).record;
}
