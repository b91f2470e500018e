/** What a person calls a server by: host and port, or a join link. */

/** Of a join link, what a person knows a server by; anything else as it is. */
export function hostAndPort(text: string): string {
  return text.replace(/^securechat:\/\/|#.*$/g, '');
}

/** A join link, whatever was in the field before it; else all of it. */
export function addressIn(text: string): string {
  return text.slice(Math.max(0, text.lastIndexOf('securechat://'))).trim();
}

/** By host and port alone: a join link may name another key, of a server that is gone. */
export function sameServer(a: string, b: string): boolean {
  const place = (text: string) => hostAndPort(text).replace(/^(?:localhost|\[::1\])(?=:)/, '127.0.0.1');
  return place(a) === place(b);
}
