/** Reads a server's address from a paste. */

/** The last join link in `text`; all of `text` when there is none. */
export function addressIn(text: string): string {
  const [link] = /securechat:\/\/[^\s'"]+/.exec(text.slice(Math.max(0, text.lastIndexOf('securechat://')))) ?? [text];
  return link.trim();
}

/** Whether both addresses are this machine at the same port. */
export function isHere(server: string, own: string): boolean {
  const [asked, mine] = [server, own].map((text) => LOOPBACK.exec(text.trim()));
  return asked != null && mine != null && (asked[1] ?? mine[1]) === mine[1];
}

const LOOPBACK = /^(?:securechat:\/\/)?(?:127\.0\.0\.1|localhost|\[?::1\]?)(?::(\d+))?\/?(?:#.*)?$/i;
