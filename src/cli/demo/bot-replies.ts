/** What the companion says, and when. Pure: a text in, answers out. */

export type Reply =
  | { give: 'text'; text: string }
  | { give: 'reply'; text: string }
  | { give: 'reaction'; emoji: string }
  | { give: 'file' }
  | { give: 'time' };

export const botTexts = {
  welcome: (name: string) => `hello ${name}, I am robin: a small program, here to keep you company`,
  invitation: 'write me something; everybody on this server would read it in this room',
  whisper: 'and this is between the two of us, sealed for you alone. say hello back?',
  keys: [
    'three keys worth knowing: Ctrl+K goes to any person, room, file or command;',
    'Ctrl+O sends a file; F1 shows all the others. Each is also a command: try .help. .exit leaves',
  ].join('\n'),
  file: [
    'Welcome to SecureChat.',
    '',
    'This file was sealed piece by piece before it left, and checked piece by piece',
    'as it came. The daemon stored it and could not read it.',
    '',
    'A transfer that is cut goes on where it stopped.',
    '',
  ].join('\n'),
  fileSent: (name: string) => `I sent you ${name}: F3 goes to the files, Enter fetches it`,
  fileFetched: (name: string, size: string, hash: string) =>
    `thank you for ${name}, ${size}: it came whole. its sha256 begins ${hash}, compare with sha256sum`,
  fileBig: (name: string, size: string) => `${name} has ${size}; I leave it there, my folder is deleted soon anyway`,
  time: (now: Date) => `my clock says ${now.toTimeString().slice(0, 5)}`,
} as const;

const hello = ['hello! nice to have you here', 'hi again'];
const thanks = 'you are welcome';
const goodbye = 'see you: Ctrl+C twice leaves, and all of this is deleted';
const question = [
  'good question. I am only a small program, but .verify would tell you whether it is really me',
  'I do not know, but F1 or .help might',
];
const remarks = [
  'I read you. the daemon between us carried only sealed bytes of that',
  'noted. Alt+Enter makes a second line, Up brings back what you wrote',
  'try .react :tada: to what I just said',
  'the two marks after your line in our private conversation mean that my client signed for it',
  'Ctrl+F searches, Alt+L shows the messages without borders, for copying',
];

export class BotReplies {
  #heard = 0;
  #hellos = 0;
  #questions = 0;
  #remarks = 0;

  /** To the first line also three keys, to the second also a file: not all at once. */
  repliesTo(text: string): Reply[] {
    const answers = [this.#answer(text)];
    this.#heard++;
    if (this.#heard === 1) answers.push({ give: 'text', text: botTexts.keys });
    if (this.#heard === 2 && !answers.some(({ give }) => give === 'file')) answers.push({ give: 'file' });
    return answers;
  }

  #answer(text: string): Reply {
    const has = (words: RegExp): boolean => words.test(text);
    if (has(/\b(?:file|document|picture|photo)\b/i)) return { give: 'file' };
    if (has(/\b(?:time|clock|late)\b/i)) return { give: 'time' };
    if (has(/\b(?:help|keys?|commands?)\b/i)) return { give: 'text', text: botTexts.keys };
    if (has(/\b(?:thanks?|thank you|thx)\b/i)) return { give: 'reply', text: thanks };
    if (has(/\b(?:bye|goodbye|quit|exit|see you)\b/i)) return { give: 'text', text: goodbye };
    if (has(/^\W*(?:hi|hello|hey|hallo|good (?:morning|day|evening))\b/i))
      return { give: 'text', text: hello[this.#hellos++ === 0 ? 0 : 1] ?? thanks };
    if (text.trim().endsWith('?')) return { give: 'reply', text: next(question, this.#questions++) };
    if (has(/\b(?:nice|great|cool|wow|love|good)\b|[!]$/i)) return { give: 'reaction', emoji: '🎉' };
    return { give: 'reply', text: next(remarks, this.#remarks++) };
  }
}

function next(texts: readonly string[], turn: number): string {
  return texts[turn % texts.length] ?? '';
}
