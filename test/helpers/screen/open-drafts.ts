/** What the profile keeps of a screen, in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { Drafts, type Vault } from '../../../src/tui/compose/drafts.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { manualClock } from '../manual-clock.ts';
import { noon } from './messages.ts';

export const me = {
  name: 'alice',
  fingerprint: 'ab',
  daemon: { address: 'a:1', fingerprint: 'cd'.repeat(32) },
  device: 1,
};
/** Stands for the profile's sealing: enough that plain text is seen to be absent. */
export const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x5a);

export function openDrafts(
  t: ExecutionContext,
  dir = mkdtempSync(join(tmpdir(), 'sc-drafts-')),
  { files = fs as FileSystem, name = 'alice' } = {},
) {
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const clock = manualClock(noon);
  const vault: Vault = { dir, seal: flip, open: flip };
  const drafts = new Drafts(vault, files, clock);
  const store = new Store(initialState({ columns: 80, rows: 24 }, defaultSettings, noon), clock);
  const enter = async () => {
    const loaded = await drafts.load();
    const found = drafts.follow(store, { ...me, name });
    store.dispatch({
      type: 'entered',
      opening: { me, link: { state: 'online' }, people: [], conversations: [], ...found },
    });
    return { loaded, found };
  };
  return { dir, clock, drafts, store, enter };
}

/** The real disk; `act` runs whenever a file is about to be replaced. */
export function writing(act: () => void): FileSystem {
  const rename: FileSystem['rename'] = async (from, to) => {
    act();
    await fs.rename(from, to);
  };
  return { ...(fs as FileSystem), rename };
}
