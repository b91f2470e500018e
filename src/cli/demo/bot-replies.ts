/** Chooses what the bot of the demo replies. Does no input or output. */

export type Reply =
  | { type: 'text'; text: string }
  /** Quotes the message. */
  | { type: 'quote'; text: string }
  | { type: 'reaction'; emoji: string }
  | { type: 'file' }
  | { type: 'time' };

export const botTexts = {
  welcome: (name: string) => `hello ${name}, I am robin, a small bot`,
  invitation: 'write something to me here; everyone on this server can read this room',
  whisper: 'and this message is private: only you can decrypt it. say hello back?',
  keys: [
    'three useful keys: Ctrl+K jumps to any person, room, file or command;',
    'Ctrl+O sends a file; F1 shows all keys. Each key also has a command: try .help. .exit leaves',
  ].join('\n'),
  file: [
    'Welcome to SecureChat.',
    '',
    'This file was encrypted in segments before it was sent, and each segment was',
    'verified when it arrived. The server stored the file and could not read it.',
    '',
    'An interrupted transfer continues where it stopped.',
    '',
  ].join('\n'),
  fileSent: (name: string) => `I sent you ${name}: F3 goes to the files, Enter downloads it`,
  fileFetched: (name: string, size: string, hash: string) =>
    `thank you for ${name} (${size}), it arrived complete. its sha256 begins with ${hash}; compare it with sha256sum`,
  fileBig: (name: string, size: string) => `${name} has ${size}, which is too big for me to download`,
  time: (now: Date) => `my clock says ${now.toTimeString().slice(0, 5)}`,
} as const;

const hello = ['hello! nice to have you here', 'hi again'];
const thanks = 'you are welcome';
const goodbye = 'see you! Ctrl+C twice leaves and deletes the whole demo';
const questions = [
  'good question. I am only a small bot, but .verify shows you whether it is really me',
  'I do not know, but F1 or .help might',
];
const tips = [
  'I read that. the server between us saw only encrypted bytes',
  'noted. Alt+Enter starts a second line, Up brings back your last message',
  'try .react :tada: to react to this message',
  'the two marks after your private messages mean that my client has received them',
  'Ctrl+F searches, Alt+L shows the messages without borders, for copying',
];

export class BotReplies {
  #messages = 0;
  #hellos = 0;
  #questions = 0;
  #tips = 0;

  /** The replies to a message. The first message also gets the three keys, the second one a file. */
  repliesTo(text: string): Reply[] {
    const replies = [this.#replyTo(text)];
    this.#messages++;
    if (this.#messages === 1) replies.push({ type: 'text', text: botTexts.keys });
    if (this.#messages === 2 && !replies.some(({ type }) => type === 'file')) replies.push({ type: 'file' });
    return replies;
  }

  #replyTo(text: string): Reply {
    const has = (words: RegExp): boolean => words.test(text);
    if (has(/\b(?:file|document|picture|photo)\b/i)) return { type: 'file' };
    if (has(/\b(?:time|clock|late)\b/i)) return { type: 'time' };
    if (has(/\b(?:help|keys?|commands?)\b/i)) return { type: 'text', text: botTexts.keys };
    if (has(/\b(?:thanks?|thank you|thx)\b/i)) return { type: 'quote', text: thanks };
    if (has(/\b(?:bye|goodbye|quit|exit|see you)\b/i)) return { type: 'text', text: goodbye };
    if (has(/^\W*(?:hi|hello|hey|hallo|good (?:morning|day|evening))\b/i))
      return { type: 'text', text: hello[this.#hellos++ === 0 ? 0 : 1] ?? thanks };
    if (text.trim().endsWith('?')) return { type: 'quote', text: next(questions, this.#questions++) };
    if (has(/\b(?:nice|great|cool|wow|love|good)\b|[!]$/i)) return { type: 'reaction', emoji: '🎉' };
    return { type: 'quote', text: next(tips, this.#tips++) };
  }
}

/** The texts in turn. */
function next(texts: readonly string[], turn: number): string {
  return texts[turn % texts.length] ?? '';
}
