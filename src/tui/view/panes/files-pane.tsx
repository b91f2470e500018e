import { Box } from 'ink';
import { type FilesLook, filesLook, filesShown } from '../../selectors/file-rows.ts';
import { strings } from '../../text/strings.ts';
import { Line } from '../elements/line.tsx';
import { useSelect } from '../elements/use-store.ts';

/**
 * Files: a row with the name, one with size, sender (or another conversation) and time, and one with the progress of a transfer.
 */
export function FilesPane({ columns, rows }: { columns: number; rows: number }) {
  const look = useSelect(filesLook, same);
  if (look.files.length === 0) {
    return (
      <Box flexDirection="column" width={columns} height={rows}>
        <Line spans={[{ text: ` ${strings.files.empty}`, role: 'dim' }]} />
        <Line spans={[{ text: ` ${strings.files.hint}`, role: 'dim' }]} />
      </Box>
    );
  }
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {filesShown(look, columns, rows)
        .rows.map((row, place) => ({ ...row, place }))
        .map(({ spans, chosen, place }) => (
          <Line key={place} spans={spans} selected={chosen} />
        ))}
    </Box>
  );
}

function same({ files: a, ...before }: FilesLook, { files: b, ...after }: FilesLook): boolean {
  return (
    a.length === b.length &&
    a.every((item, i) => item.file === b[i]?.file && item.transfer === b[i]?.transfer) &&
    (Object.keys(before) as (keyof typeof before)[]).every((key) => before[key] === after[key])
  );
}
