import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { createVerifier } from '@peercert/core';
import type { Bench, Benchmark } from '../bench.js';
import { type Certificate, core } from '../core.js';
import { cpu, kept, repeated, repeatedAsync } from '../harness/cpu.js';
import { type Contender, race } from '../harness/race.js';
import { type Row, rowOf } from '../harness/row.js';
import { buildWithPeculiar } from '../peers/chain-builder.js';
import { type Native, NativePeer } from '../peers/native.js';
import { verifyWithPkijs } from '../peers/pkijs.js';

/** What it takes to verify a client's certificate from its DER, when its issuers are known and when nothing is. */
export const verification: Benchmark = {
  name: 'verification',
  measure: async (bench) => [...(await ofNewEndEntity(bench)), ...(await cold(bench))],
};

async function ofNewEndEntity({ pki, scale, go }: Bench): Promise<readonly Row[]> {
  const { rounds, turns, verifications: count, firstVerifications: first } = scale;
  const emptied = { rounds, turns: Math.min(turns, 5) };
  const clients = pki.clients(first + (count * turns + aloneInBatch * emptied.turns) * (rounds + 1));
  const verifier = createVerifier({ trust: { ca: pki.root.certificate, intermediates: pki.issuing.certificate } });
  let asked = 0;
  const verified = (): unknown => {
    const outcome = verifier.verify([clients[asked++] as Uint8Array]);
    if (outcome instanceof Promise || !outcome.ok) throw new Error('a good certificate is refused');
    return outcome.value;
  };
  const ours = repeated('ours', { count, first }, verified);
  const peer = 'absent' in go ? undefined : new NativePeer(go.program, pki.folder);
  const others = peer === undefined ? [] : [nativeContender('Go', peer, String(count))];
  const samples = await race([ours, ...others], scale);
  peer?.close();
  const signature = signatureCheck(pki.issuing.der, clients[0] as Uint8Array);
  const alone = await race([withCachesEmptied('ours', verified), withCachesEmptied('node:crypto', signature)], emptied);
  await verifier.close();
  const name = 'verification from DER of a new end entity, issuers known';
  return [
    rowOf({
      name,
      unit: 'us',
      ours: samples.get('ours') ?? [],
      other: samples.get('Go'),
      otherName: 'absent' in go ? `Go (absent: ${go.absent})` : `${go.version}, parse and Verify`,
      target: { of: 'ratio', most: 1.2 },
    }),
    rowOf({
      name: `${name}, the processor's caches emptied before`,
      unit: 'us',
      ours: alone.get('ours') ?? [],
      other: alone.get('node:crypto'),
      otherName: 'node:crypto: one signature, likewise',
    }),
  ];
}

const aloneInBatch = 4;
/** More than the caches of processors hold. */
const memory = Buffer.alloc(64 * 1_024 * 1_024);

/** What an operation takes that comes alone, as in a server, where it finds the caches full of the handshake before it. */
function withCachesEmptied(name: string, work: () => unknown): Contender {
  return {
    name,
    batch() {
      let took = 0;
      for (let done = 0; done < aloneInBatch; done++) {
        for (let at = 0; at < memory.length; at += 64) memory[at] = done;
        const before = cpu();
        kept.last = work();
        took += cpu() - before;
      }
      return took / aloneInBatch;
    },
  };
}

/** The signature of an end entity, its issuer's key made ready. */
function signatureCheck(issuing: Uint8Array, client: Uint8Array): () => unknown {
  const { publicKey } = new X509Certificate(issuing);
  const { tbsCertificate, signature } = read(client);
  return () => {
    if (!verify('sha256', tbsCertificate, publicKey, signature)) throw new Error('a signature is not good');
    return signature;
  };
}

async function cold({ pki, scale, openssl }: Bench): Promise<readonly Row[]> {
  const { root, issuing, client } = { root: pki.root.der, issuing: pki.issuing.der, client: pki.client.der };
  const peer = 'absent' in openssl ? undefined : new NativePeer(openssl.program, pki.folder);
  const quick = { count: scale.verifications, first: scale.firstVerifications };
  // Those that take ten times as long are asked a tenth as often.
  const slow = { count: Math.ceil(quick.count / 10), first: Math.ceil(quick.first / 20) };
  const contenders = [
    repeated('ours', quick, () => verifyCold(root, [issuing], client)),
    repeated('node:crypto', quick, cryptographicCalls(root, issuing, client)),
    repeatedAsync('PKI.js', slow, () => verifyWithPkijs(root, issuing, client)),
    repeatedAsync('X509ChainBuilder', slow, () => buildWithPeculiar(root, issuing, client)),
    ...(peer === undefined ? [] : [nativeContender('OpenSSL', peer, `cold ${quick.count}`)]),
  ];
  const samples = await race(contenders, scale);
  peer?.close();
  const of = (name: string): readonly number[] => samples.get(name) ?? [];
  const name = 'cold verification, 3 certificates from DER';
  const beside = { name, unit: 'us', ours: of('ours') };
  const floor = of('node:crypto');
  return [
    rowOf({ ...beside, other: samples.get('OpenSSL'), otherName: nameOf(openssl, 'X509_verify_cert'), target: { of: 'ratio', most: 1 } }),
    rowOf({
      ...beside,
      other: of('PKI.js'),
      otherName: 'PKI.js 4.0.0, CertificateChainValidationEngine',
      target: { of: 'ratio', most: 0.2 },
    }),
    rowOf({
      ...beside,
      other: of('X509ChainBuilder'),
      otherName: '@peculiar/x509 2.2.0, X509ChainBuilder',
      target: { of: 'ratio', most: 0.2 },
    }),
    rowOf({
      name: 'the same, beyond the cryptographic calls',
      unit: 'us',
      ours: of('ours').map((took, round) => took - (floor[round] as number)),
      other: floor,
      otherName: 'node:crypto: two keys, two signatures',
      target: { of: 'ours', most: 60 },
    }),
  ];
}

export function nameOf(native: Native, what: string): string {
  return 'absent' in native ? `OpenSSL (absent: ${native.absent})` : `${native.version}, ${what}`;
}

/** A program that answers in nanoseconds of CPU. */
export function nativeContender(name: string, peer: NativePeer, command: string): Contender {
  return { name, batch: async () => ((await peer.ask(command))[0] as number) / 1_000 };
}

/** Everything from the bytes: as OpenSSL is asked to, with a trust set that holds one anchor and is thrown away. */
export function verifyCold(rootDer: Uint8Array, intermediates: readonly Uint8Array[], clientDer: Uint8Array): unknown {
  const { Budget, SignatureChecks, TrustSet, certificatePool, trustAnchor, validatedPaths } = core.path;
  const anchor = trustAnchor(read(rootDer));
  if (!anchor.ok) throw new Error(anchor.refusal.code);
  const trustSet = new TrustSet('default', [anchor.value], [], { depth: 10, keyPurposes });
  const budget = new Budget();
  const pools = [certificatePool(intermediates.map(read))];
  const inputs = { trustSet, pools, at: Date.now(), budget, signatures: new SignatureChecks(budget) };
  const { value, done } = validatedPaths(read(clientDer), inputs).next();
  if (done === true) throw new Error(value.refusal.code);
  return core.identity.createIdentity(value, { resumed: false, source: 'given' });
}

const keyPurposes = [core.x509.oids.keyPurpose.clientAuth];

function read(der: Uint8Array): Certificate {
  const certificate = core.x509.readCertificate(der);
  if (!certificate.ok) throw new Error(certificate.refusal.code);
  return certificate.value;
}

/** What node:crypto has to do for it, and nothing else: the keys of the root and the issuer, and the two signatures that they made. */
function cryptographicCalls(root: Uint8Array, issuing: Uint8Array, client: Uint8Array): () => unknown {
  const keys = [root, issuing].map((der) => {
    const { subjectPublicKey } = read(der).subjectPublicKeyInfo;
    const [x, y] = [subjectPublicKey.subarray(1, 33), subjectPublicKey.subarray(33)].map((part) => Buffer.from(part).toString('base64url'));
    return { kty: 'EC', crv: 'P-256', x: x as string, y: y as string };
  });
  const signed = [issuing, client].map((der) => {
    const { tbsCertificate, signature } = read(der);
    return { tbsCertificate, signature };
  });
  return () => {
    for (const [index, { tbsCertificate, signature }] of signed.entries()) {
      const key = createPublicKey({ key: keys[index] as { kty: string }, format: 'jwk' });
      if (!verify('sha256', tbsCertificate, key, signature)) throw new Error('a signature is not good');
    }
    return signed;
  };
}
