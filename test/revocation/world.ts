import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basicConstraints, buildCertificate, keyUsage, testKey } from '../../packages/core/test/support/certificate-builder.js';
import { buildCrl, type CrlOptions, cRLDistributionPoints, cRLNumber } from '../../packages/core/test/support/crl-builder.js';
import { generalName } from '../../packages/core/test/support/extensions.js';
import { buildOcspResponse, byName, certStatus, read, type SingleResponseOptions } from '../../packages/core/test/support/ocsp-builder.js';

/** Of whom alice is good, and mallory is revoked. */
const root = { name: 'Example Root', key: testKey('ec', 'root') };
const stranger = { name: 'Another Root', key: testKey('ec', 'stranger') };
const day = 86_400_000;

export const now = Date.parse('2030-01-01T00:00:00Z');

export const rootDer = authority(root);
const rootCertificate = read(rootDer);
const serials = { alice: 0x5eed_a11c, mallory: 0x5eed_f00d } as const;
export type ClientName = keyof typeof serials;

function authority({ name, key }: typeof root): Uint8Array {
  return buildCertificate({ subject: name, key, extensions: [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')] });
}

/** A client's certificate, which says where its CRL is. */
export function clientDer(name: ClientName, distributionPoint?: string): Uint8Array {
  const points = distributionPoint === undefined ? [] : [{ fullName: [generalName.uniformResourceIdentifier(distributionPoint)] }];
  return buildCertificate({
    subject: name,
    serialNumber: serials[name],
    issuer: root.name,
    key: testKey('ec', 'client'),
    issuerKey: root.key,
    extensions: [keyUsage('digitalSignature'), ...(points.length === 0 ? [] : [cRLDistributionPoints(...points)])],
  });
}

interface ListOptions extends Omit<CrlOptions, 'issuer' | 'issuerKey'> {
  readonly number?: number;
  readonly by?: 'stranger';
  readonly in?: 'strangersName';
}

/** A list that names mallory: number 7, until February, unless told otherwise. */
export function list({ number = 7, by, in: name, ...options }: ListOptions = {}): Uint8Array {
  return buildCrl({
    issuer: name === undefined ? root.name : stranger.name,
    issuerKey: by === undefined ? root.key : stranger.key,
    extensions: [cRLNumber(number)],
    entries: [serials.mallory],
    ...options,
  });
}

/** The list that mends everything: newer than all others, and good for longer. */
export const mendedList = list({ number: 99, thisUpdate: '2029-12-20', nextUpdate: '2030-06-01' });

interface OcspAnswerOptions extends Partial<SingleResponseOptions> {
  readonly by?: 'stranger';
  readonly in?: 'strangersName';
  readonly nonce?: Uint8Array;
}

/** What a responder says at a time: alice is good and mallory revoked, as of a day ago, for 30 days. */
export function ocspAnswer(about: ClientName, at: number, { by, in: name, nonce, ...single }: OcspAnswerOptions = {}): Uint8Array {
  const iso = (time: number) => new Date(time).toISOString().replace(/\.\d+/, '');
  return buildOcspResponse({
    responses: [
      {
        certificate: read(clientDer(about)),
        issuer: rootCertificate,
        status: about === 'alice' ? certStatus.good() : certStatus.revoked(1),
        thisUpdate: iso(at - day),
        nextUpdate: iso(at + 29 * day),
        ...single,
      },
    ],
    responderId: byName(name === undefined ? root.name : stranger.name),
    key: by === undefined ? root.key : stranger.key,
    producedAt: iso(at - day),
    ...(nonce === undefined ? {} : { nonce }),
  });
}

/** Who is asked about in an OCSP request. */
export function askedAbout(body: Uint8Array): ClientName {
  const serial = Buffer.alloc(4);
  serial.writeUInt32BE(serials.mallory);
  return Buffer.from(body).includes(serial) ? 'mallory' : 'alice';
}

export type Listener = (request: IncomingMessage, response: ServerResponse, body: Uint8Array) => void;

/** A server whose behaviour can be changed while it runs. */
export class FaultyServer {
  answer: Listener = (_, response) => response.end();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      response.on('error', () => undefined);
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.answer(request, response, Buffer.concat(chunks)));
    });
  }

  static async start(): Promise<FaultyServer> {
    const made = new FaultyServer();
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
