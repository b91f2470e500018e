/** Modes that the program switches on in the terminal, and restores on every way to end. */

const ESC = '\x1b';
// Without wrapping (7), a row that a terminal draws too wide is cut and does not push down the rows below. xterm by default sends
// Alt as the eighth bit, as a letter: with 1036 and 1039 it sends ESC before the key. The terminal saves (s) and restores (r)
// what the person had set.
const on = `${ESC}[22;0t${ESC}[?2004h${ESC}[?1004h${ESC}[?7l${ESC}[?1036;1039s${ESC}[?1036h${ESC}[?1039h`;
const mouseOn = `${ESC}[?1000h${ESC}[?1006h`;
const mouseOff = `${ESC}[?1006l${ESC}[?1000l`;
const clusters = `${ESC}[?2027`;
const off = `${mouseOff}${ESC}[?1036;1039r${ESC}[?7h${ESC}[?1004l${ESC}[?2004l${ESC}[0m${ESC}[?25h${ESC}[23;0t`;

export type Output = { write(text: string): unknown };

/** Bracketed paste, focus reports, wrapping, mouse, title. `leave` may be called any number of times, also while crashing. */
export class TerminalModes {
  readonly #output: Output;
  #entered = false;
  #mouse = false;
  #title = '';
  /** The terminal joined grapheme clusters before. */
  #hadClusters = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Leaves mode 2027 on at the end. */
  keepClusters(): void {
    this.#hadClusters = true;
  }

  enter(): void {
    if (this.#entered) return;
    this.#entered = true;
    this.#write(`${on}${clusters}h${this.#mouse ? mouseOn : ''}`);
    if (this.#title !== '') this.#write(titled(this.#title));
  }

  leave(): void {
    this.#write(this.#hadClusters ? off : `${clusters}l${off}`);
    this.#entered = false;
  }

  mouse(wanted: boolean): void {
    if (wanted === this.#mouse) return;
    this.#mouse = wanted;
    this.#write(wanted ? mouseOn : mouseOff);
  }

  /** `text` must be printable. */
  title(text: string): void {
    if (text === this.#title) return;
    this.#title = text;
    this.#write(titled(text));
  }

  bell(): void {
    this.#write('\x07');
  }

  /** A desktop notification, as iTerm2, kitty, foot and others (OSC 9) and urxvt, ghostty and others (OSC 777) take it. */
  notify(title: string, body: string): void {
    const clean = (text: string) => text.replace(/[;\p{Cc}]/gu, ' ');
    this.#write(
      `${ESC}]777;notify;${clean(title)};${clean(body)}${ESC}\\${ESC}]9;${clean(title)}: ${clean(body)}${ESC}\\`,
    );
  }

  /** OSC 52. Many terminals ask first or refuse. */
  copy(text: string): void {
    this.#write(`${ESC}]52;c;${Buffer.from(text).toString('base64')}${ESC}\\`);
  }

  /** Writes only between `enter` and `leave`. */
  #write(text: string): void {
    if (!this.#entered) return;
    try {
      this.#output.write(text);
    } catch {
      // The terminal is gone.
    }
  }
}

function titled(text: string): string {
  return `${ESC}]2;${text.replace(/\p{Cc}/gu, ' ')}\x07`;
}
