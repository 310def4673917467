import { createHash } from 'node:crypto';
import * as asn1js from 'asn1js';
import {
  Attribute,
  AuthenticatedSafe,
  CertBag,
  CryptoEngine,
  id_CertBag_X509Certificate,
  PFX,
  PKCS8ShroudedKeyBag,
  PrivateKeyInfo,
  SafeBag,
  SafeContents,
} from 'pkijs';
import type { Credential } from '../credential.js';
import { LegacyEngine } from './legacy-engine.js';

/** The structure of RFC 7292 by pkijs: one safe with the shrouded key, one, encrypted, with the certificates, and a seal over both. */
export async function writePkcs12(
  credential: Credential,
  { password, friendlyName, legacy }: { readonly password: string; readonly friendlyName: string; readonly legacy: boolean },
): Promise<Uint8Array> {
  const { engine, hash, iterations } = legacy ? oldStrength : strength;
  const secret = bufferOf(Buffer.from(password, 'latin1'));
  const encryption = {
    password: secret,
    contentEncryptionAlgorithm: { name: 'AES-CBC', length: 256 },
    hmacHashAlgorithm: 'SHA-256',
    iterationCount: iterations,
  };
  const attributes = bagAttributes(friendlyName, credential.der);

  const key = new PKCS8ShroudedKeyBag({ parsedValue: PrivateKeyInfo.fromBER(pkcs8(credential)) });
  await key.makeInternalValues(encryption as unknown as Parameters<typeof key.makeInternalValues>[0], engine);
  const keys = new SafeContents({ safeBags: [new SafeBag({ bagId: keyBag, bagValue: key, bagAttributes: attributes })] });
  const certificates = new SafeContents({
    safeBags: [certificateBag(credential.der, attributes), ...credential.intermediates.map((der) => certificateBag(der))],
  });

  const [plain, encrypted] = [0, 1];
  const authenticatedSafe = new AuthenticatedSafe({
    parsedValue: {
      safeContents: [
        { privacyMode: plain, value: keys },
        { privacyMode: encrypted, value: certificates },
      ],
    },
  });
  await authenticatedSafe.makeInternalValues({ safeContents: [{}, encryption] }, engine);
  const pfx = new PFX({ parsedValue: { integrityMode: byPassword, authenticatedSafe } });
  await pfx.makeInternalValues({ password: secret, iterations, pbkdf2HashAlgorithm: hash, hmacHashAlgorithm: hash }, engine);
  return new Uint8Array(pfx.toSchema().toBER());
}

const engineOptions = { name: 'node', crypto: globalThis.crypto };
const strength = { engine: new CryptoEngine(engineOptions), hash: 'SHA-256', iterations: 100_000 };
/** As many rounds as OpenSSL makes; old programs refuse many more. */
const oldStrength = { engine: new LegacyEngine(engineOptions), hash: 'SHA-1', iterations: 2048 };

/** RFC 7292, section 4: the whole is protected by a MAC under the password, not by a signature. */
const byPassword = 0;
/** RFC 7292, section 4.2: pkcs8ShroudedKeyBag and certBag. */
const keyBag = '1.2.840.113549.1.12.10.1.2';
const certBag = '1.2.840.113549.1.12.10.1.3';

function certificateBag(der: Uint8Array, bagAttributes?: Attribute[]): SafeBag {
  const certValue = new asn1js.OctetString({ valueHex: bufferOf(der) });
  const bagValue = new CertBag({ certId: id_CertBag_X509Certificate, certValue });
  return new SafeBag({ bagId: certBag, bagValue, ...(bagAttributes === undefined ? {} : { bagAttributes }) });
}

/** The same on the key and on its certificate: by localKeyID readers find one from the other. Everybody takes a SHA-1 for it. */
function bagAttributes(friendlyName: string, der: Uint8Array): Attribute[] {
  const localKeyId = createHash('sha1').update(der).digest();
  return [
    new Attribute({ type: '1.2.840.113549.1.9.20', values: [new asn1js.BmpString({ value: friendlyName })] }),
    new Attribute({ type: '1.2.840.113549.1.9.21', values: [new asn1js.OctetString({ valueHex: bufferOf(localKeyId) })] }),
  ];
}

function pkcs8({ keyObject }: Credential): ArrayBuffer {
  return bufferOf(keyObject.export({ type: 'pkcs8', format: 'der' }));
}

/** A copy of just these octets: pkijs takes whole buffers, and Node's small ones share theirs. */
function bufferOf(octets: Uint8Array): ArrayBuffer {
  return Uint8Array.from(octets).buffer;
}
