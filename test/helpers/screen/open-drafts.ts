/** The drafts and settings of one window of a profile. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { SealedRows } from '../../../src/client/profile/sealed-rows.ts';
import { Drafts } from '../../../src/tui/compose/drafts.ts';
import { nothingRemembered } from '../../../src/tui/state/event.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { openProfile } from '../client/profile.ts';
import { manualClock } from '../manual-clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { noon } from './messages.ts';

export const me = {
  name: 'alice',
  fingerprint: 'ab',
  daemon: { address: 'a:1', fingerprint: 'cd'.repeat(32) },
  device: 1,
};

type Options = {
  name?: string;
  /** Called before each write; the write fails if this throws. */
  onWrite?: () => void;
};

/** @param dir a profile; without it a new one */
export async function openDrafts(t: ExecutionContext, dir?: string, { name = 'alice', onWrite }: Options = {}) {
  const profile = await openProfile(t, dir ?? join(await temporaryFolder(t), 'profile'));
  const { transaction } = profile.db;
  profile.db.transaction = async (statements) => {
    onWrite?.();
    await transaction(statements);
  };
  const clock = manualClock(noon);
  const drafts = new Drafts(new SealedRows(profile), clock);
  const store = new Store(initialState({ columns: 80, rows: 24 }, defaultSettings, noon), clock);
  const enter = async () => {
    const loaded = await drafts.load();
    const found = { ...nothingRemembered, drafts: drafts.follow(store, { ...me, name }) };
    store.dispatch({
      type: 'entered',
      opening: { me, link: { state: 'online' }, people: [], conversations: [], open: '#lobby', ...found },
    });
    return { loaded, drafts: found.drafts };
  };
  return { dir: profile.dir, db: profile.db, clock, drafts, store, enter };
}

/** What the next window of the profile in `dir` reads. */
export async function reopened(t: ExecutionContext, dir: string) {
  return (await openDrafts(t, dir)).enter();
}
