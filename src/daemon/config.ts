/** What the operator decides. Sizes in bytes, times in milliseconds. */
export type Config = {
  dataDir: string;
  host: string;
  port: number;
  registration: 'open' | 'invite' | 'closed';
  maxFileSize: number;
  /** All files of one user together. */
  quota: number;
  /** How long messages and files are kept; null: for ever. */
  retention: number | null;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  logFile: string | null;
};
