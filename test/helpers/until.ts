/** Longer than anything here takes, shorter than the whole run may. */
const LIMIT_MS = 50_000;

/** Resolves when `condition` holds. @throws when it does not within 50 s, so that nothing waits for ever */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const last = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > last) throw new Error(`still not so: ${condition}`);
    await new Promise((go) => setTimeout(go, 5));
  }
}
