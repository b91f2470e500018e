/** Sizes of OPAQUE's messages and records. The library also accepts longer texts and ignores the rest. */

/** Bytes, with ristretto255 and SHA-512 (RFC 9807, sections 5.1, 6.1 and 7). */
const sizes = {
  registrationRequest: 32,
  registrationResponse: 64,
  record: 192,
  loginRequest: 96,
  loginResponse: 320,
  loginFinish: 64,
} as const;

export type OpaqueKind = keyof typeof sizes;

/** Whether `text` is canonical base64url of the right size. Does not check the message itself. */
export function isOpaqueText(kind: OpaqueKind, text: string): boolean {
  const size = sizes[kind];
  if (text.length !== Math.ceil((size * 4) / 3)) return false;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === size && bytes.toString('base64url') === text;
}
