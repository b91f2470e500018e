/** Tables of requests, answers and events for docs/PROTOCOL.md: of their schemas, the comments beside them, and who may send what. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterLogin, requestTable } from '../src/daemon/requests/index.ts';
import type { SessionState } from '../src/daemon/sessions/session.ts';
import { events } from '../src/protocol/wire/events.ts';
import * as fields from '../src/protocol/wire/fields.ts';
import { file } from '../src/protocol/wire/file-requests.ts';
import { welcome } from '../src/protocol/wire/login-requests.ts';
import { conversation } from '../src/protocol/wire/message-requests.ts';
import { type RequestName, requests } from '../src/protocol/wire/requests.ts';

/** The part of a valibot schema that a table shows. */
type Schema = {
  type: string;
  entries?: Record<string, Schema>;
  item?: Schema;
  wrapped?: Schema;
  options?: readonly (Schema | string)[];
  literal?: string;
  pipe?: readonly { type: string; requirement?: unknown }[];
};

const structures = {
  welcome,
  entryPosition: fields.entryPosition,
  conversation,
  file,
  entry: fields.entry,
  epochKey: fields.epochKey,
};
/** Schemas that the tables call by a name. */
const names = new Map<unknown, string>([
  [fields.name, 'name'],
  [fields.knownName, 'name'],
  [fields.u32, 'u32'],
  [fields.u53, 'u53'],
  [fields.time, 'time'],
  ...Object.entries(structures).map(([name, schema]): [unknown, string] => [schema, `*${name}*`]),
]);

export function wireTables(): string {
  const folder = new URL('../src/protocol/wire/', import.meta.url);
  const source = readdirSync(folder)
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('');
  const families = [...source.matchAll(/^export const (\w+Requests) = /gm)].map(([, name = '']) => name);
  const requestComments = new Map(families.flatMap((name) => [...commentsOf(source, name)]));
  const eventComments = commentsOf(source, 'events');
  const requestRows = Object.entries(requests).map(([name, { params, result }]) => [
    `\`${name}\``,
    sessionsOf(requestTable[name as RequestName].allowed),
    fieldsOf(params),
    names.get(result) ?? fieldsOf(result),
    comment(requestComments, name),
  ]);
  const eventRows = Object.entries(events).map(([name, params]) => [
    `\`${name}\``,
    fieldsOf(params),
    comment(eventComments, name),
  ]);
  const structureRows = Object.entries(structures).flatMap(([name, schema]) => {
    const comments = commentsOf(source, name);
    return Object.entries(entriesOf(schema)).map(([field, type]) => [
      `*${name}*`,
      `\`${field}\``,
      typeOf(type),
      comments.get(field) ?? '',
    ]);
  });
  return [
    table(['request', 'session', 'params', 'result', 'meaning'], requestRows),
    table(['event', 'params', 'meaning'], eventRows),
    table(['structure', 'field', 'type', 'meaning'], structureRows),
  ].join('\n');
}

/** The comments of the fields of `const <name> = …({`, by field. */
function commentsOf(source: string, name: string): Map<string, string> {
  const [, body = ''] =
    new RegExp(`\\nexport const ${name} = (?:v\\.strictObject\\()?{\\n([\\s\\S]*?)\\n}`).exec(source) ?? [];
  const commented = body.matchAll(/^ {2}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}'?([\w-]+)'?[:,]/gm);
  return new Map([...commented].map(([, text = '', field = '']) => [field, text.replaceAll(/\s+\*?\s*/g, ' ').trim()]));
}

function comment(comments: ReadonlyMap<string, string>, name: string): string {
  const text = comments.get(name);
  if (text === undefined) throw new Error(`${name} has no comment`);
  return text;
}

function sessionsOf(allowed: readonly SessionState[]): string {
  const words = allowed.includes('anonymous') && allowed.length > 1 ? ['any'] : [...allowed];
  const isLoggedIn = afterLogin.every((state) => words.includes(state));
  const shown = isLoggedIn
    ? ['logged in', ...words.filter((word) => !(afterLogin as readonly string[]).includes(word))]
    : words;
  return shown.map((word) => (word === 'anonymous' ? 'before login' : word)).join(', ');
}

function entriesOf(schema: unknown): Record<string, Schema> {
  return (schema as Schema).entries ?? {};
}

function fieldsOf(schema: unknown): string {
  const list = Object.entries(entriesOf(schema)).map(([name, type]) => `\`${name}\` ${typeOf(type)}`);
  return list.length === 0 ? '`{}`' : list.join(', ');
}

function typeOf(schema: Schema): string {
  const name = names.get(schema);
  if (name !== undefined) return name;
  const limits = limitsOf(schema);
  const plain = () => {
    switch (schema.type) {
      case 'string':
        return 'text';
      case 'custom':
        return 'bytes';
      case 'boolean':
        return 'bool';
      case 'nullable':
        return `${typeOf(schema.wrapped ?? schema)} or null`;
      case 'array':
        return `[${typeOf(schema.item ?? schema)}]`;
      case 'literal':
        return `\`${schema.literal}\``;
      case 'picklist':
        return oneOf((schema.options ?? []).map((option) => `\`${String(option)}\``));
      case 'union':
        return oneOf((schema.options ?? []).map((option) => typeOf(option as Schema)));
      case 'strict_object':
        return `{${fieldsOf(schema)}}`;
      default:
        throw new Error(`a schema of type ${schema.type} has no name`);
    }
  };
  return plain() + limits;
}

/** `a, b or c`. */
function oneOf(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' or ');
}

/** The limits of a schema's length, also those of the schema that its pipe begins with. */
function limitsOf({ pipe = [] }: Schema): string {
  const limits = pipe.map((step, place) => {
    const { type, requirement } = step;
    if (type === 'length') return ` ${count(requirement)}`;
    if (type === 'max_length') return ` ≤ ${count(requirement)}`;
    return place === 0 && 'pipe' in step ? limitsOf(step as Schema) : '';
  });
  return limits.join('');
}

function count(requirement: unknown): string {
  return Number(requirement).toLocaleString('en');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
