/**
 * The steps of OPAQUE (RFC 9807) for client and server; they block the thread. The method `opaque1` fixes the
 * parameters: argon2id (RFC 9106) with 64 MiB, 3 passes and 4 lanes, and the daemonId as server identity, so that a
 * record serves one daemon only. Messages and records are the library's base64url text.
 */
import { client, ready, server } from '@serenity-kit/opaque';
import { hex } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { isOpaqueText, type OpaqueKind } from './opaque-messages.ts';

const keyStretchingParameters = { 'argon2id-custom': { iterations: 3, memory: 65_536, parallelism: 4 } };

/** The generator of ristretto255 (RFC 9496, section 4), used as a fixed registration request. */
const GENERATOR = Buffer.from('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76', 'hex').toString(
  'base64url',
);

await ready;

/** Replaces the library's errors, which a peer must not see. @throws ProtocolError 'message' */
function withMessageError<T>(step: () => T): T {
  try {
    return step();
  } catch {
    throw new ProtocolError('message', 'a message of the login is not readable');
  }
}

/** Checks the size and encoding of a text from outside. Call it inside withMessageError. @throws Error */
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
 * The public part of a setup, which identifies it: the server's public key, and the OPRF of its seed over a fixed
 * request for a name that cannot exist. Anybody can ask a daemon for it.
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

/** The client's steps that stretch the password. Tests use weaker parameters. */
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

  /** null when the password is wrong, the name is unknown, or another daemon made the record. */
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

/**
 * `record` is null for an unknown name: the answer has the same shape and cost, and is as stable (client
 * enumeration, RFC 9807, section 10).
 */
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

/** @returns the session key, or null when the client did not know the password or the message is invalid */
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

/**
 * Makes a record for a known password by running both roles of the registration (RFC 9807, section 5). For legacy
 * accounts.
 */
export function createRecord(setup: string, name: string, password: string, daemonId: Uint8Array): string {
  const { state, message } = clientRegister(password);
  return clientRegisterFinish(password, state, serverRegister(setup, name, message), daemonId).record;
}
