import QuickLru from 'quick-lru';

/** Distinct texts: some full screens of rows. What is kept of one is some fifty characters, an object each. */
const MANY = 512;

/**
 * `pure` with a memory of what it answered lately, for functions of one text. The answers are shared: whoever gets one must not
 * change it.
 */
export function remember<T>(pure: (text: string) => T): (text: string) => T {
  const answers = new QuickLru<string, T>({ maxSize: MANY });
  return (text) => {
    let answer = answers.get(text);
    if (answer === undefined) {
      answer = pure(text);
      answers.set(text, answer);
    }
    return answer;
  };
}
