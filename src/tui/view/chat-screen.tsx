import { Box } from 'ink';
import { layoutFor } from '../selectors/selectors.ts';
import { Overlay } from './dialogs/overlay.tsx';
import { HorizontalRule, VerticalRule } from './elements/rule.tsx';
import { useSelect } from './elements/use-store.ts';
import { Composer } from './panes/composer.tsx';
import { FilesPane } from './panes/files-pane.tsx';
import { Header } from './panes/header.tsx';
import { MessagesPane } from './panes/messages-pane.tsx';
import { PeoplePane } from './panes/people-pane.tsx';
import { StatusLine } from './panes/status-line.tsx';

/** Three panes, the composer and the status line; an overlay is drawn over the panes. */
export function ChatScreen() {
  const layout = useSelect(layoutFor);
  const bare = useSelect((state) => state.bare);
  const panes = [layout.people, layout.messages, layout.files];
  const { columns, rows, body } = layout;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {!bare && <Header layout={layout} />}
      {!bare && <HorizontalRule panes={panes} joint="┼" />}
      <Box height={body}>
        {layout.people > 0 && (
          <>
            <PeoplePane columns={layout.people} rows={body} />
            <VerticalRule rows={body} />
          </>
        )}
        <MessagesPane columns={layout.messages} rows={body} bare={bare} />
        {layout.files > 0 && (
          <>
            <VerticalRule rows={body} />
            <FilesPane columns={layout.files} rows={body} />
          </>
        )}
      </Box>
      {!bare && <HorizontalRule panes={panes} joint="┴" />}
      <Composer layout={layout} />
      {layout.status > 0 && <StatusLine columns={columns} />}
      <Overlay columns={columns} rows={rows} />
    </Box>
  );
}
