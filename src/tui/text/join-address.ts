/** What is pasted as a server's address. */

/** The last join link, whatever stands around it; else all of it. */
export function addressIn(text: string): string {
  const [link] = /securechat:\/\/[^\s'"]+/.exec(text.slice(Math.max(0, text.lastIndexOf('securechat://')))) ?? [text];
  return link.trim();
}

/** Both on this machine, at the same port: whatever key a link names, and however the machine is called. */
export function isHere(server: string, own: string): boolean {
  const [asked, mine] = [server, own].map((text) => LOOPBACK.exec(text.trim()));
  return asked != null && mine != null && (asked[1] ?? mine[1]) === mine[1];
}

const LOOPBACK = /^(?:securechat:\/\/)?(?:127\.0\.0\.1|localhost|\[?::1\]?)(?::(\d+))?\/?(?:#.*)?$/i;
