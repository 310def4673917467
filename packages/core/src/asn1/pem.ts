import { asBuffer } from './bytes.js';
import { DerError } from './der-error.js';

export interface PemBlock {
  /** What stands behind BEGIN, such as `CERTIFICATE`. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads all blocks of a PEM text in their order.
 *
 * Text around the blocks is passed over, as are white space, any kind of line end, a byte order mark, and the header lines of RFC 1421
 * (`Proc-Type: 4,ENCRYPTED`). Inside a block only canonical base64 is taken. A text without blocks gives an empty list.
 *
 * @throws {DerError} where a block has no end, another end, no content, or anything else than base64 in it.
 * @see RFC 7468, sections 2 and 3
 */
export function readPem(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let position = nextBoundary(text, begin, 0);
  while (position !== -1) {
    const block = `PEM block ${blocks.length + 1}`;
    const label = readLabel(text, position + begin.length, block);
    const bodyStart = position + begin.length + label.length + dashes.length;
    const bodyEnd = nextBoundary(text, end, bodyStart);
    const following = nextBoundary(text, begin, bodyStart);
    if (bodyEnd === -1 || (following !== -1 && following < bodyEnd)) throw new DerError(`${block} (${label}) has no END line`);
    const boundary = `${end}${label}${dashes}`;
    if (!text.startsWith(boundary, bodyEnd)) throw new DerError(`${block} (${label}) ends with another label`);
    blocks.push(Object.freeze({ label, bytes: decodeBody(text.slice(bodyStart, bodyEnd), `${block} (${label})`) }));
    position = nextBoundary(text, begin, bodyEnd + boundary.length);
  }
  return blocks;
}

/** Writes one block: 64 characters a line, LF at each line's end. */
export function writePem(label: string, bytes: Uint8Array): string {
  const lines =
    asBuffer(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `${[`${begin}${label}${dashes}`, ...lines, `${end}${label}${dashes}`].join('\n')}\n`;
}

const begin = '-----BEGIN ';
const end = '-----END ';
const dashes = '-----';

/** Where the boundary stands next at the beginning of a line; white space and a byte order mark before it do not count. */
function nextBoundary(text: string, boundary: string, from: number): number {
  for (let at = text.indexOf(boundary, from); at !== -1; at = text.indexOf(boundary, at + 1)) {
    let before = at - 1;
    while (before >= from && isBlank(text.charCodeAt(before))) before--;
    if (before < from || isLineEnd(text.charCodeAt(before))) return at;
  }
  return -1;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0xfeff;
}

function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

function readLabel(text: string, start: number, block: string): string {
  const labelEnd = text.indexOf(dashes, start);
  const label = labelEnd === -1 ? '' : text.slice(start, labelEnd);
  // RFC 7468, section 3: printable characters but the hyphen-minus; the label stands on the line of its BEGIN.
  if (!/^[\x21-\x2c\x2e-\x7e]+(?:[ -][\x21-\x2c\x2e-\x7e]+)*$/.test(label)) throw new DerError(`${block} has a malformed BEGIN line`);
  return label;
}

function decodeBody(body: string, what: string): Uint8Array {
  const base64 = withoutHeaders(body).replace(/\s+/g, '');
  if (base64 === '') throw new DerError(`${what} is empty`);
  // A buffer of its own: Buffer.from may take a piece of Node's shared pool, which would live as long as the certificate does.
  const buffer = Buffer.alloc(Buffer.byteLength(base64, 'base64'));
  const written = buffer.write(base64, 'base64');
  // Buffer skips and stops at what is no base64; that the result encodes to the same text shows that nothing was.
  if (written !== buffer.length || buffer.toString('base64') !== base64) throw new DerError(`${what} is not base64`);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** RFC 1421, section 4.4: header lines hold a colon, which base64 never does, and end with an empty line. */
function withoutHeaders(body: string): string {
  const colon = body.lastIndexOf(':');
  if (colon === -1) return body;
  const blankLine = /\r\n[ \t]*\r\n|\n[ \t]*\n|\r[ \t]*\r/.exec(body.slice(colon));
  return blankLine === null ? body : body.slice(colon + blankLine.index);
}
