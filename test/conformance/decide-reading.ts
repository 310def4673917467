import type { Refusal } from '@peercert/core';
import type { ListDescription, ReadingQuestion } from './conformance-case.js';
import { type Crl, errors, revocation, x509 } from './core.js';
import { pause, readCrl } from './read.js';
import type { Decided } from './verdict.js';

/** Reads, compares a list with what it is described as, and looks a serial number up as one of the list's own issuer. */
export async function decideReading(question: ReadingQuestion): Promise<Decided> {
  const begun = performance.now();
  const refusal = question.what === 'CRL' ? await checkList(question) : checkCertificate(question.der);
  return { verdict: { isAccepted: refusal === undefined, refusal, passedOver: [] }, milliseconds: performance.now() - begun };
}

function checkCertificate(der: Uint8Array): Refusal | undefined {
  const read = x509.readCertificate(der);
  return read.ok ? x509.checkExtensions(read.value) : read.refusal;
}

async function checkList({ der, serialNumber, described }: ReadingQuestion): Promise<Refusal | undefined> {
  const read = readCrl(der);
  if (!read.ok) return read.refusal;
  const crl = read.value;
  return (described && (await checkDescription(crl, described))) ?? (serialNumber && checkSerialNumber(crl, serialNumber));
}

async function checkDescription({ list, size }: Crl, { signers, ...described }: ListDescription): Promise<Refusal | undefined> {
  const { thisUpdate, nextUpdate, cRLNumber } = list;
  const found = JSON.stringify({ thisUpdate, nextUpdate, cRLNumber: cRLNumber?.toString(), entries: size });
  const wanted = JSON.stringify(described);
  if (found !== wanted) return unknown(`the list has ${found}, and should have ${wanted}`);
  for (const der of signers) {
    const signer = x509.readCertificate(der);
    if (!signer.ok) return signer.refusal;
    // A long list is verified in slices; then its answer is there.
    await revocation.checkCrlSignature(list, signer.value, pause);
    const fault = revocation.checkCrlSignature(list, signer.value, pause);
    if (fault !== undefined) return unknown(`signature: ${'detail' in fault ? fault.detail : 'not verified'}`);
  }
  return undefined;
}

function checkSerialNumber(crl: Crl, serialNumber: Uint8Array): Refusal | undefined {
  const entry = crl.find(crl.list.issuer, serialNumber);
  if (entry !== undefined) return errors.refusal('PEERCERT_CERTIFICATE_REVOKED', { detail: `it is listed (${entry.reason})` });
  const { unsupportedEntryExtension } = crl;
  return unsupportedEntryExtension === undefined ? undefined : unknown(`an entry has the critical extension ${unsupportedEntryExtension}`);
}

function unknown(detail: string): Refusal {
  return errors.refusal('PEERCERT_REVOCATION_UNKNOWN', { detail });
}
