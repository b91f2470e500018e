/** Longer than any step of a test takes, shorter than AVA's own limit. */
const LIMIT_MS = 50_000;

/** Resolves when `condition` holds. @throws if it does not hold within 50 s */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const last = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > last) throw new Error(`condition does not hold: ${condition}`);
    await new Promise((go) => setTimeout(go, 5));
  }
}
