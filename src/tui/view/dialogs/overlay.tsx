/** Folder `view/dialogs`: what opens over the panes; it knows no commands. */
import { Box } from 'ink';
import { overPane } from '../../selectors/overlay-size.ts';
import { chatOf } from '../../state/focus.ts';
import { strings } from '../../text/strings.ts';
import { Panel, type PanelRow } from '../elements/panel.tsx';
import { useSelect } from '../elements/use-store.ts';
import { FilesPane } from '../panes/files-pane.tsx';
import { PeoplePane } from '../panes/people-pane.tsx';
import { overlayPanel } from './overlay-panel.ts';

/** The open overlay, if any. */
export function Overlay({ columns, rows }: { columns: number; rows: number }) {
  const pane = useSelect((state) => (state.overlay?.kind === 'pane' ? state.overlay.pane : null));
  const panel = useSelect(overlayPanel);
  if (pane !== null) return <PaneOverlay pane={pane} columns={columns} rows={rows} />;
  return panel === null ? null : <Panel {...panel} />;
}

/** A pane shown over the others, at its own side, because the window is too narrow. */
function PaneOverlay({ pane, columns, rows }: { pane: 'people' | 'files'; columns: number; rows: number }) {
  const me = useSelect((state) => chatOf(state)?.me.name ?? '');
  const inner = overPane(pane, { columns, rows });
  const blank: PanelRow[] = Array.from({ length: inner.rows }, () => ({ spans: [] }));
  return (
    <>
      <Panel
        title={pane === 'people' && me !== '' ? `${strings.panes.people} · ${me}` : strings.panes[pane]}
        foot={strings.status.hintsOver[pane]}
        rows={blank}
        columns={inner.columns + 2}
        left={inner.left - 1}
        top={inner.top - 1}
      />
      <Box position="absolute" left={inner.left} top={inner.top}>
        {pane === 'people' ? (
          <PeoplePane columns={inner.columns} rows={inner.rows} />
        ) : (
          <FilesPane columns={inner.columns} rows={inner.rows} />
        )}
      </Box>
    </>
  );
}
