import QuickLru from 'quick-lru';

/** Distinct texts: some hundred full screens of rows. */
const MANY = 4096;

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
