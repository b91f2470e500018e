/** What OPAQUE sends and stores, as text: the library takes longer ones, too, and drops what it does not need. */

/** Sizes in bytes with ristretto255 and SHA-512 (RFC 9807, section 6). */
const sizes = {
  registrationRequest: 32,
  registrationResponse: 64,
  record: 192,
  loginRequest: 96,
  loginResponse: 320,
  loginFinish: 64,
} as const;

export type OpaqueKind = keyof typeof sizes;

/** Whether `text` is the one base64url text of as many bytes as `kind` has; not whether they are a good message. */
export function isOpaqueText(kind: OpaqueKind, text: string): boolean {
  const size = sizes[kind];
  if (text.length !== Math.ceil((size * 4) / 3)) return false;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === size && bytes.toString('base64url') === text;
}
