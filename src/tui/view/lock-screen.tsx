import { Box } from 'ink';
import type { ScreenLock, State } from '../state/state.ts';
import { strings } from '../text/strings.ts';
import { errorRows } from './elements/below-field.ts';
import { Panel, type PanelProps, type PanelRow } from './elements/panel.tsx';
import { useSelect } from './elements/use-store.ts';

const COLUMNS = 60;
const words = strings.lock;

/** Covers the whole screen until the passphrase is typed: no name and no message is visible. */
export function LockScreen() {
  const lock = useSelect((state) => state.lock);
  const size = useSelect((state) => state.size);
  if (lock === null) return null;
  return (
    <Box width={size.columns} height={size.rows}>
      <Panel {...lockPanel(lock, size)} />
    </Box>
  );
}

export function lockPanel(lock: ScreenLock, { columns, rows }: State['size']): PanelProps {
  const label = `${words.passphrase}  `;
  const indent = ' '.repeat(label.length + 2);
  const below: PanelRow[] = lock.busy
    ? [{ spans: [{ text: `◌ ${words.checking}`, role: 'warn' }] }]
    : lock.error === null
      ? [{ spans: [] }]
      : errorRows(lock.error, indent, COLUMNS);
  const all: PanelRow[] = [
    { spans: [{ text: words.locked, role: 'dim' }] },
    { spans: [] },
    { field: lock.field, label, mask: '•', active: !lock.busy },
    ...below,
  ];
  return {
    title: strings.program,
    foot: words.foot,
    rows: all,
    columns: COLUMNS,
    left: Math.max(0, Math.floor((columns - COLUMNS) / 2)),
    top: Math.max(0, Math.floor((rows - all.length - 2) / 3)),
  };
}
