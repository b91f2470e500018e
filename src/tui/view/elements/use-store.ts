/** How components read the state: through a selector. They are drawn again only when the selection changed. */
import { createContext, use, useRef, useSyncExternalStore } from 'react';
import type { State } from '../../state/state.ts';
import { type Role, type Style, themes, themeToUse } from '../../state/theme.ts';
import type { Store } from '../../update/state-store.ts';

export const StoreContext = createContext<Store | null>(null);

/** `same` compares two selections; by default one level deep. */
export function useSelect<T>(selector: (state: State) => T, same: (a: T, b: T) => boolean = shallow): T {
  const store = use(StoreContext);
  if (store === null) throw new Error('no store around this component');
  const last = useRef<{ value: T } | null>(null);
  return useSyncExternalStore(store.subscribe, () => {
    const value = selector(store.get());
    if (last.current === null || !same(last.current.value, value)) last.current = { value };
    return last.current.value;
  });
}

export function useStyle(): (role: Role) => Style {
  const theme = themes[useSelect((state) => themeToUse(state.terminalTheme, state.settings.theme))];
  return (role) => theme[role];
}

function shallow(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.is((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

/** For lists of small flat values. */
export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => shallow(item, b[index]));
}
