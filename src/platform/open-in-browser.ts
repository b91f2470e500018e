/** Opens a web link in the desktop's browser. The link is an argument of a program and never passes through a shell. */
import { spawn } from 'node:child_process';

type Desktop = { platform: NodeJS.Platform; env: Record<string, string | undefined> };

/** Returns the command that opens `link`; null for links other than http and https, and without a desktop. */
export function openerFor(link: string, { platform, env }: Desktop): [program: string, ...args: string[]] | null {
  const url = URL.parse(link);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (platform === 'darwin') return ['open', url.href];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url.href];
  // Without a display, xdg-open would start a browser in this terminal.
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open', url.href] : null;
}

/** Resolves with whether the program was started. */
export function openInBrowser(link: string, desktop: Desktop): Promise<boolean> {
  const opener = openerFor(link, desktop);
  if (opener === null) return Promise.resolve(false);
  const [program, ...args] = opener;
  return new Promise((done) => {
    const child = spawn(program, args, { detached: true, stdio: 'ignore' });
    child.once('error', () => done(false));
    child.once('spawn', () => {
      child.unref();
      done(true);
    });
  });
}
