import QuickLru from 'quick-lru';

/** How many texts are cached: a few full screens of rows, some fifty characters each. */
const CACHE_SIZE = 512;

/** Caches the recent results of `pure`, a function of one text. Callers share the results and must not change them. */
export function memoize<T>(pure: (text: string) => T): (text: string) => T {
  const answers = new QuickLru<string, T>({ maxSize: CACHE_SIZE });
  return (text) => {
    let answer = answers.get(text);
    if (answer === undefined) {
      answer = pure(text);
      answers.set(text, answer);
    }
    return answer;
  };
}
