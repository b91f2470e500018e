/** Gives a link to the desktop's own program for it: as an argument, never through a shell. */
import { spawn } from 'node:child_process';

type Desktop = { platform: NodeJS.Platform; env: Record<string, string | undefined> };

/** Links of the web only: what another program does with other kinds is not known here. @returns null where nothing can open it */
export function openerFor(link: string, { platform, env }: Desktop): [program: string, ...args: string[]] | null {
  const url = URL.parse(link);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (platform === 'darwin') return ['open', url.href];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url.href];
  // Without a display, xdg-open would start a browser in this terminal.
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open', url.href] : null;
}

/** @returns whether a program took it */
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
