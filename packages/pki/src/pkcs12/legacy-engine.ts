import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import * as asn1js from 'asn1js';
import { AlgorithmIdentifier, CryptoEngine, type CryptoEngineEncryptParams, EncryptedContentInfo } from 'pkijs';

/**
 * Encrypts by pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292, appendix C), which pkijs does not have because WebCrypto has no triple DES.
 * Everything else about the file stays the library's.
 */
export class LegacyEngine extends CryptoEngine {
  override async encryptEncryptedContentInfo(parameters: CryptoEngineEncryptParams): Promise<EncryptedContentInfo> {
    const { password, iterationCount, contentToEncrypt, contentType } = parameters;
    const salt = Uint8Array.from(randomBytes(8));
    const derive = (purpose: number, length: number): Uint8Array =>
      deriveOctets({ password: new Uint8Array(password), salt, iterations: iterationCount, purpose, length });
    const cipher = createCipheriv('des-ede3-cbc', derive(purposes.key, 24), derive(purposes.initializationVector, 8));
    const encrypted = Buffer.concat([cipher.update(new Uint8Array(contentToEncrypt)), cipher.final()]);
    return new EncryptedContentInfo({
      contentType,
      contentEncryptionAlgorithm: new AlgorithmIdentifier({
        algorithmId: '1.2.840.113549.1.12.1.3',
        algorithmParams: new asn1js.Sequence({
          value: [new asn1js.OctetString({ valueHex: salt.buffer }), new asn1js.Integer({ value: iterationCount })],
        }),
      }),
      encryptedContent: new asn1js.OctetString({ valueHex: Uint8Array.from(encrypted).buffer }),
    });
  }
}

/** RFC 7292, appendix B.3. */
const purposes = { key: 1, initializationVector: 2 } as const;

interface Derivation {
  /** ASCII. */
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly purpose: number;
  /** In octets. */
  readonly length: number;
}

/** The key derivation of RFC 7292, appendix B.2, with SHA-1; the names of its variables in comments. */
function deriveOctets({ password, salt, iterations, purpose, length }: Derivation): Uint8Array {
  const diversifier = Buffer.alloc(blockSize, purpose); // D
  // Appendix B.1: the password is a BMPString with two zero octets at its end.
  const terminated = Buffer.from([...[...password].flatMap((octet) => [0, octet]), 0, 0]);
  let input: Buffer = Buffer.concat([wholeBlocks(salt), wholeBlocks(terminated)]); // I = S || P
  const derived: Uint8Array[] = [];
  for (let size = 0; size < length; size += hashSize) {
    let hashed: Uint8Array = Buffer.concat([diversifier, input]);
    for (let round = 0; round < iterations; round++) hashed = createHash('sha1').update(hashed).digest(); // A_i
    derived.push(hashed);
    input = addToEachBlock(input, wholeBlocks(hashed));
  }
  return Buffer.concat(derived).subarray(0, length);
}

/** SHA-1's, in octets. */
const hashSize = 20;
const blockSize = 64;

/** The octets over and over, up to the next multiple of the block size. */
function wholeBlocks(octets: Uint8Array): Buffer {
  return Buffer.alloc(Math.ceil(octets.length / blockSize) * blockSize, octets);
}

/** Step 6.C: I_j = I_j + B + 1, modulo 2 to the number of a block's bits. */
function addToEachBlock(input: Buffer, addend: Buffer): Buffer {
  const more = integerOf(addend) + 1n;
  const blocks = Array.from({ length: input.length / blockSize }, (_, index) => {
    const sum = BigInt.asUintN(8 * blockSize, integerOf(input.subarray(index * blockSize, (index + 1) * blockSize)) + more);
    return Buffer.from(sum.toString(16).padStart(2 * blockSize, '0'), 'hex');
  });
  return Buffer.concat(blocks);
}

function integerOf(octets: Buffer): bigint {
  return BigInt(`0x${octets.toString('hex')}`);
}
