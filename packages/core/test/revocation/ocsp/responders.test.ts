import { describe, expect, it } from 'vitest';
import { ocspResponders } from '../../../src/revocation/ocsp/index.js';
import { oids } from '../../../src/x509/index.js';
import { client } from '../../path/pki.js';
import { extension, generalName } from '../../support/certificate-builder.js';
import { hex, oid, sequence } from '../../support/der-writer.js';
import { alice, root } from './scene.js';

const { ocsp, caIssuers } = oids.accessMethod;
const url = (text: string, method: string = ocsp) => sequence(oid(method), generalName.uniformResourceIdentifier(text));

function responders(...descriptions: readonly Uint8Array[]): readonly string[] {
  return ocspResponders(client(root, { extensions: [extension(oids.extension.authorityInfoAccess, sequence(...descriptions))] }));
}

describe('ocspResponders', () => {
  it.each([
    ['another scheme', url('ldap://ocsp.example/')],
    ['a file', url('file:///etc/passwd')],
    ['what is no URL', url('http://')],
    ['a relative URL', url('/ocsp')],
    ['a user name', url('http://user@ocsp.example/')],
    ['a password', url('http://:secret@ocsp.example/')],
    ['more than 1,024 characters', url(`http://ocsp.example/${'a'.repeat(1_005)}`)],
    ['a name that is no URI', sequence(oid(ocsp), generalName.dNSName('ocsp.example'))],
    ['another access method', url('http://ca.example/ca.crt', caIssuers)],
  ])('passes over %s', (_, description) => {
    expect(responders(description, url('http://second.example/'))).toEqual(['http://second.example/']);
  });

  it('has none of a certificate without the extension', () => {
    expect(ocspResponders(alice)).toEqual([]);
  });

  it('has none of a certificate whose extension is malformed', () => {
    const certificate = client(root, { extensions: [extension(oids.extension.authorityInfoAccess, hex('0500'))] });
    expect(ocspResponders(certificate)).toEqual([]);
  });

  it('keeps the first four, each once', () => {
    const all = [1, 2, 2, 3, 4, 5].map((number) => `http://ocsp${number}.example/`);
    expect(responders(...all.map((text) => url(text)))).toEqual([1, 2, 3, 4].map((number) => `http://ocsp${number}.example/`));
  });

  it('takes http and https, as they are written, up to 1,024 characters', () => {
    const all = ['HTTP://OCSP.example', 'https://ocsp.example:8443/ca?x=1', `http://ocsp.example/${'a'.repeat(1_004)}`];
    expect(responders(...all.map((text) => url(text)))).toEqual(all);
  });
});
