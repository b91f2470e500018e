/** Folder `view`: the components that draw the state; they decide nothing. */
import { Box, Text, useApp } from 'ink';
import { useEffect } from 'react';
import { MIN_COLUMNS, MIN_ROWS } from '../state/layout.ts';
import { strings } from '../text/strings.ts';
import type { Store } from '../update/state-store.ts';
import { cut } from '../width/measure.ts';
import { ChatScreen } from './chat-screen.tsx';
import { Cursor } from './cursor.tsx';
import { Overlay } from './dialogs/overlay.tsx';
import { StoreContext, useSelect } from './elements/use-store.ts';
import { LockScreen } from './lock-screen.tsx';
import { LoginScreen } from './login-screen.tsx';

/** Gives the terminal away; `resume` takes it back and redraws everything. */
export type Suspend = () => Promise<{ resume(): Promise<void> }>;

export function App({ store, onSuspend }: { store: Store; onSuspend?: (suspend: Suspend) => void }) {
  const { suspendTerminal } = useApp();
  useEffect(() => onSuspend?.(suspendTerminal), [onSuspend, suspendTerminal]);
  return (
    <StoreContext value={store}>
      <Screen />
      <Cursor />
    </StoreContext>
  );
}

function Screen() {
  const name = useSelect((state) => state.screen.name);
  const isLocked = useSelect((state) => state.lock !== null);
  const { columns, rows } = useSelect((state) => state.size);
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return <TooSmall columns={columns} rows={rows} />;
  if (name === 'leaving') return null;
  if (isLocked) return <LockScreen />;
  if (name === 'chat') return <ChatScreen />;
  return (
    <Box width={columns} height={rows}>
      <LoginScreen />
      <Overlay columns={columns} rows={rows} />
    </Box>
  );
}

function TooSmall({ columns, rows }: { columns: number; rows: number }) {
  return <Text>{cut(strings.tooSmall(columns, rows), columns)}</Text>;
}
