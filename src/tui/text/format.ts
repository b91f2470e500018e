/** Times, ages, sizes and counts, in the person's own language and zone where Intl knows it. */
import prettyBytes from 'pretty-bytes';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const ago = new Intl.RelativeTimeFormat(undefined, { style: 'narrow' });
const count = new Intl.NumberFormat();
const dayKeys = new Map<number, string>();

/** `14:05`, always five cells. */
export function clockTime(at: number): string {
  return time.format(at);
}

export function dayName(at: number): string {
  return day.format(at);
}

/** The time `sentAt` as seen from `at`: on another day with the day, in another year with the year. */
export function writtenTime(sentAt: number, at: number): string {
  if (dayKey(sentAt) === dayKey(at)) return clockTime(sentAt);
  const named = new Date(sentAt).getFullYear() === new Date(at).getFullYear() ? dayOfYear : dayAndYear;
  return `${named.format(sentAt)} ${clockTime(sentAt)}`;
}

/** The same key for times on the same day in the person's zone. Cached by the quarter hour, the finest step of any zone. */
export function dayKey(at: number): string {
  const quarter = Math.floor(at / 900_000);
  let key = dayKeys.get(quarter);
  if (key === undefined) {
    const date = new Date(at);
    key = `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
    if (dayKeys.size > 4096) dayKeys.clear();
    dayKeys.set(quarter, key);
  }
  return key;
}

/** `5 min. ago` */
export function age(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 60) return ago.format(seconds, 'second');
  if (Math.abs(seconds) < 3600) return ago.format(Math.round(seconds / 60), 'minute');
  if (Math.abs(seconds) < 86_400) return ago.format(Math.round(seconds / 3600), 'hour');
  return ago.format(Math.round(seconds / 86_400), 'day');
}

/** `1.3 MB` */
export function size(bytes: number): string {
  return prettyBytes(bytes);
}

/** `1.3 MB/s` */
export function rate(bytesPerSecond: number): string {
  return `${prettyBytes(bytesPerSecond)}/s`;
}

/** `1:05` or `1:02:09`, for the time that is left. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${pad(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

export function number(value: number): string {
  return count.format(value);
}

/** `1 line`, `1,200 lines`: the words are English, whatever the number's language. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A fingerprint's hex in groups of four. */
export function groups(hex: string): string {
  return hex.replace(/(.{4})(?=.)/g, '$1 ');
}
