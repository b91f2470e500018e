/** Every figure that keeps one client from costing the others. */
export interface Limits {
  readonly halfOpen: number;
}
