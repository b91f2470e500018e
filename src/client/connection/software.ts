/** The version of this program, as in package.json. */
export const VERSION = '0.1.0';

/** What a client calls itself in the handshake. */
export const SOFTWARE = `securechat/${VERSION}`;
