/** What only the running program can do: it owns the terminal and the desktop. */
export type Host = {
  quit(): void;
  suspend(): void;
  redraw(): void;
  /** Puts `text` into the terminal's clipboard, where the terminal allows it. */
  copy(text: string): void;
  /** Opens `link` on the desktop. Resolves to false when there is no desktop, or when it takes no such link. */
  openLink(link: string): Promise<boolean>;
};
