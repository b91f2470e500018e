// send.ts loads this before the measured program. It writes the program's performance marks (ms since its start) to the file BENCH_MARKS.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const path = process.env.BENCH_MARKS;
if (isMainThread && path !== undefined)
  process.on('exit', () => {
    const marks = performance.getEntriesByType('mark').map(({ name, startTime }) => [name, startTime]);
    writeFileSync(path, JSON.stringify({ origin: performance.timeOrigin, marks: Object.fromEntries(marks) }));
  });
